extension QueryOptions {
  /// The options as they can be given again; none for what was not given.
  var words: [String] {
    var words: [String] = []
    func add(_ name: String, _ values: [String]) { for value in values { words += ["--\(name)", value] } }
    add("stream", stream)
    add("kind", kind)
    add("team", team)
    add("service", service)
    add("class", serviceClass)
    add("label", label)
    add("stage", stage)
    add("item", item)
    add("from", from.map { [$0] } ?? [])
    add("to", to.map { [$0] } ?? [])
    add("by", groupings)
    add("period", period.map { [$0] } ?? [])
    add("timezone", timezone.map { [$0] } ?? [])
    if workingTime { words.append("--working-time") }
    add("set", options)
    return words
  }
}
