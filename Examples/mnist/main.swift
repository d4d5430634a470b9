import ArgumentParser
import WeftExamples

/// Trains a network to tell the digits 0 to 9 apart.
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mnist",
    abstract: "Trains a network to tell the digits 0 to 9 apart.",
    discussion: """
      The MNIST programs of textbooks. The model decides what you leave out:

        logistic  no hidden layer; gradient descent 0.01, batches of 100,
                  100 epochs
        mlp       hidden layers of 256 and 100 ReLU units; Adam, beta 5e-5,
                  10,000 batches of 100, judged by averages of the weights
                  (the default)
        deep      two hidden layers of 256 ReLU units; gradient descent 0.01,
                  batches of 2, 60 epochs
        lenet     convolutions of 5 x 5 with 32 and 64 filters, each with
                  ReLU and pooling of 2 x 2, then 1,024 ReLU units with
                  dropout 0.5; Adam 0.0001, 20,000 batches of 50

      Try:

        mnist                        train on the bundled digits
        mnist --download             train on the real MNIST
        mnist --data DIR --seed 2    your images, other first weights
        mnist --optimizer rmsprop    another optimizer, at its usual rate
      """)

  @OptionGroup var options: TrainingOptions

  func run() throws { try Example.digits.run(options) }
}

Command.main()
