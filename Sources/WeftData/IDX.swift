// Placeholder replaced by the IDX reader.
