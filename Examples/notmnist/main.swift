import ArgumentParser
import WeftExamples

/// Trains a network to tell the letters A to J apart.
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notmnist",
    abstract: "Trains a network to tell the letters A to J apart.",
    discussion: """
      The programs of the notMNIST assignments. The model decides what you leave out:

        logistic  no hidden layer; gradient descent 0.5, 3,001 batches of 128
        mlp       a hidden layer of 1,024 ReLU units; the same (the default)
        deep      hidden layers of 1,024, 300 and 50 units; the same, with a rate
                  that shrinks by 0.9 in 1,000 steps, and --keep 0.5
        lenet     convolutions of 5 x 5 with 32 and 64 filters, each with ReLU and
                  pooling of 2 x 2, then 512 ReLU units; Adam 0.001, --keep 0.5

      Try:

        notmnist                                  train on the bundled letters
        notmnist --model logistic --beta 0.005    a weight penalty
        notmnist --keep 0.5                       dropout
        notmnist --train-count 3000 --beta 0.005  overfitting on purpose
        notmnist --download                       train on the real notMNIST
      """)

  @OptionGroup var options: TrainingOptions

  func run() throws { try Example.letters.run(options) }
}

Command.main()
