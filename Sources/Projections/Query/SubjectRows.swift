import CLMDB
import LMDB

/// A posting of a book for some subjects, found by the subject's number: where it lies in the book, so that nothing is copied.
struct SubjectRows<Row: Posting> {
  /// How many subjects ahead postings are asked for.
  private static var distance: Int { 8 }

  private let rows: LoadedRows<Row>
  /// One more than the place in ``subjects``; 0 for none.
  private var places: [UInt32]
  /// The subjects that have a posting, ascending.
  private(set) var subjects: [UInt32] = []
  /// The numbers of their rows, with the last one repeated for who looks ahead.
  private var numbers: [UInt32] = []

  /// Gathers the postings that `fill` gives to its argument, each of which opens an entry; of several of one subject the last one stays. A
  /// subject beyond the view's is left out. Valid while the view lives. O(postings + subjects that the view knows).
  init(_ view: borrowing LedgerView, _ book: RowReader<Row>, _ fill: (_ add: (Row) -> Void) -> Void) {
    rows = book.loaded(through: book.count)
    places = [UInt32](repeating: 0, count: Int(view.log.symbolCount(in: .subject)) + 1)
    var count = 0
    places.withUnsafeMutableBufferPointer { places in
      fill { opening in
        let number = opening.opening &+ 1
        guard Int(opening.subject) < places.count, number != 0 else { return }
        if places[Int(opening.subject)] == 0 { count += 1 }
        places[Int(opening.subject)] = number
      }
      subjects.reserveCapacity(count)
      numbers.reserveCapacity(count + Self.distance)
      for subject in places.indices where places[subject] != 0 {
        subjects.append(UInt32(truncatingIfNeeded: subject))
        numbers.append(places[subject] - 1)
        places[subject] = UInt32(truncatingIfNeeded: subjects.count)
      }
    }
    if let last = numbers.last { for _ in 0..<Self.distance { numbers.append(last) } }
  }

  /// How many subjects have a posting.
  var count: Int { subjects.count }

  /// The posting of a subject; nil for none.
  ///
  /// Made for who goes through subjects in the order of their numbers: postings lie in the order of the log, so that he would wait for each;
  /// the one of a subject farther on is asked for already.
  @inline(__always)
  subscript(subject: UInt32) -> Row? {
    guard Int(subject) < places.count, places[Int(subject)] != 0 else { return nil }
    let place = Int(places[Int(subject)]) - 1
    if let ahead = rows.place(of: Int(numbers[place + Self.distance])) {
      vsl_prefetch(ahead)
      vsl_prefetch(UnsafeRawPointer(ahead + 1) - 1)
    }
    return rows.place(of: Int(numbers[place]))?.pointee
  }
}
