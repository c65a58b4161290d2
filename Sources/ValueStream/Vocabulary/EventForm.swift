import EventLog

/// What preparing an event of a type needs to know of it.
///
/// A class, so that getting at it counts one reference; an ``EventDefinition`` has many.
final class EventForm: Sendable {
  let kind: EventKind
  let subjectClass: SubjectClass
  let schema: CompiledSchema
  let argumentNamespace: SymbolNamespace
  let argumentClass: SubjectClass?
  /// What the subjects are that a list in the event names; nil when there is no such list.
  let referencesClass: SubjectClass?
  let measureIsTime: Bool

  init(
    kind: EventKind, subjectClass: SubjectClass, schema: CompiledSchema, argumentNamespace: SymbolNamespace,
    argumentClass: SubjectClass?, referencesClass: SubjectClass?, measureIsTime: Bool
  ) {
    self.kind = kind
    self.subjectClass = subjectClass
    self.schema = schema
    self.argumentNamespace = argumentNamespace
    self.argumentClass = argumentClass
    self.referencesClass = referencesClass
    self.measureIsTime = measureIsTime
  }
}
