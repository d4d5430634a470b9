"""Compiles CUDA C programs with NVIDIA's own compiler, for several architectures, with no GPU.

usage: compile-kernels.py LIBRARY FOLDER ARCHITECTURE...

LIBRARY is libnvrtc.so, FOLDER holds the programs as .cu files. Fails if one does not compile, or
spills more than a few registers.
"""

import ctypes
import glob
import multiprocessing
import os
import re
import sys


def load(path):
    folder = os.path.dirname(path)
    for builtins in glob.glob(os.path.join(folder, "libnvrtc-builtins.so*")):
        if ".alt" not in builtins:
            ctypes.CDLL(builtins, mode=ctypes.RTLD_GLOBAL)
    return ctypes.CDLL(path)


def compile_program(job):
    """The problems of one program for one architecture, and how many kernels it has."""
    path, source, architecture = job
    library = load(path)
    program = ctypes.c_void_p()
    with open(source, "rb") as file:
        text = file.read()
    library.nvrtcCreateProgram(ctypes.byref(program), text, source.encode(), 0, None, None)
    options = [
        f"--gpu-architecture=sm_{architecture}", "--std=c++17", "--fmad=false",
        "--ptxas-options=-v",
    ]
    array = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    status = library.nvrtcCompileProgram(program, len(options), array)
    size = ctypes.c_size_t()
    library.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value + 1)
    library.nvrtcGetProgramLog(program, log)
    text = log.value.decode(errors="replace")
    image = ctypes.c_size_t()
    library.nvrtcGetCUBINSize(program, ctypes.byref(image))
    library.nvrtcDestroyProgram(ctypes.byref(program))
    name = os.path.basename(source)
    if status != 0 or image.value == 0:
        return [f"{name} for sm_{architecture}: {text}"], 0
    problems = []
    kernel = "?"
    kernels = 0
    for line in text.splitlines():
        if found := re.search(r"Compiling entry function '([^']+)'", line):
            kernel = found[1]
            kernels += 1
        if found := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores", line):
            # A few registers at the edge of what 256 threads are given cost nothing.
            if int(found[2]) > 128:
                problems.append(f"{name} for sm_{architecture}: {kernel} spills: {line.strip()}")
    return problems, kernels


def main():
    library, folder, *architectures = sys.argv[1:]
    sources = sorted(glob.glob(os.path.join(folder, "*.cu")))
    if not sources or not architectures:
        sys.exit("no programs in " + folder)
    jobs = [(library, source, a) for a in architectures for source in sources]
    with multiprocessing.Pool(min(os.cpu_count() or 1, 8)) as pool:
        results = pool.map(compile_program, jobs, chunksize=1)
    problems = [problem for found, _ in results for problem in found]
    kernels = sum(count for _, count in results) // len(architectures)
    for problem in problems:
        print(problem)
    names = ", ".join("sm_" + a for a in architectures)
    print(f"{len(sources)} programs with {kernels} kernels compiled for {names}: "
          f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
