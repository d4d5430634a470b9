import Weft

/// Each element kept with a probability, and divided by it; else 0.
func dropout(_ x: Node<Float>, keep: Node<Float>) -> Node<Float> {
  let draw: Node<Float> = x.graph.randomUniform(shape: shape(x))
  return x / keep * floor(draw + keep)
}
