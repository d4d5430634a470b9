import WeftOps

/// An update of a variable: the corpus has what it returns and the variable afterwards, which are one.
private func update(_ definition: any OpDefinition) -> CorpusCase.Builder {
  { c in
    let result = c.apply(definition)[0]
    return [result, result]
  }
}

let corpusState: [String: CorpusCase.Builder] = [
  "assign": update(Assign()), "assign_add": update(AssignAdd()), "assign_sub": update(AssignSub()),
  "scatter_update": update(ScatterUpdate()), "scatter_add": update(ScatterAdd()),
  "scatter_sub": update(ScatterSub()), "scatter_mul": update(ScatterMul()),
]
