// Counts the heap allocations of the calling thread: tests state how many a step may make.
#ifndef CALLOCATION_COUNTER_H
#define CALLOCATION_COUNTER_H

// The allocations that this thread has made so far, by malloc and its kin.
long allocation_count(void);

#endif
