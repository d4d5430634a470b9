# What to do with Weft. Every target installs what it needs first.

.PHONY: demo test check format bench bench-smoke accuracy interop parity fuzz cuda-check gpu setup

demo:  ## Trains a network on the letters that ship with the project.
	Scripts/demo.sh

test:  ## Builds everything and runs every test.
	Scripts/test.sh

check: setup  ## Style, module rules, use from another package, kernels of older processors.
	Scripts/check-format.sh
	Scripts/check-modules.sh
	Scripts/check-outside-package.sh
	WEFT_ISA=avx2 swift test --filter WeftCPUTests
	WEFT_ISA=baseline swift test --filter WeftCPUTests

format:  ## Formats all Swift sources in place.
	git ls-files '*.swift' | xargs swift format format --in-place

bench: setup  ## Times a training step of each workload; PEERS=1 adds TensorFlow, PyTorch and JAX.
	Benchmarks/run.sh

bench-smoke: setup  ## Runs every benchmark once, briefly: that it runs, not how fast.
	Benchmarks/run.sh --rounds 1 --repeats 1 --out .build-bench/smoke.json

accuracy: setup  ## The worst error of each vectorised function over all floats; some minutes.
	swift run -c release --package-path Benchmarks --scratch-path .build-bench weft-bench --workload accuracy

interop: setup  ## TensorFlow, TensorBoard and a browser judge graphs, checkpoints and logs.
	Scripts/interop/graphs.sh
	Scripts/interop/checkpoints-and-logs.sh
	Scripts/interop/saved-models.sh

cuda-check: setup  ## NVIDIA's compiler and headers, from PyPI, judge the CUDA kernels; no GPU needed.
	Scripts/gpu/check-without-gpu.sh

gpu: setup  ## On a machine with an NVIDIA GPU: conformance, training, times beside PyTorch and JAX.
	Scripts/gpu/bundle.sh
	.build/gpu/run.sh; status=$$?; \
	if [ -f .build/gpu/results/gpu-steps.json ]; then \
	  cp .build/gpu/results/gpu-steps.json Benchmarks/results/; \
	fi; exit $$status

parity: setup  ## Counts the cases of TensorFlow's op corpus and training programs that agree.
	Scripts/parity.sh

fuzz: setup  ## Reads 10,000 damaged files of each format; what kills a reader is kept in .build/fuzz.
	swift build --product weft-fuzz
	$$(swift build --show-bin-path)/weft-fuzz --count $(or $(COUNT),10000) --seed $(or $(SEED),1) \
	  $(if $(GRAPHS),--graphs $(GRAPHS))

setup:
	@Scripts/setup.sh
