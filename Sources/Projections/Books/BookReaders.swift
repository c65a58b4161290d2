import LMDB

/// The rows of every book as one transaction sees them. **Valid only while the transaction lives.**
struct BookReaders {
  let arrivals: RowReader<ArrivalPosting>
  let visits: RowReader<VisitPosting>
  let completions: RowReader<CompletionPosting>
  let defects: RowReader<DefectPosting>
  let blocks: RowReader<BlockPosting>
  let events: RowReader<EventPosting>
  /// The changes that deployments list.
  let deployedChanges: RowReader<DeployedChange>

  init(_ store: BookStore, in transaction: borrowing ReadTransaction) throws(LMDBError) {
    arrivals = try store.arrivals.reader(in: transaction)
    visits = try store.visits.reader(in: transaction)
    completions = try store.completions.reader(in: transaction)
    defects = try store.defects.reader(in: transaction)
    blocks = try store.blocks.reader(in: transaction)
    events = try store.events.reader(in: transaction)
    deployedChanges = try store.deployedChanges.reader(in: transaction)
  }
}
