import CLMDB
import LMDB

/// A posting of a book for some subjects, found by the subject's number: where it lies in the book, so that nothing is copied.
struct SubjectRows<Row: Posting> {
  /// How many subjects ahead postings are asked for.
  private static var distance: Int { 8 }

  private let rows: LoadedRows<Row>
  /// One more than the place in ``subjects``; 0 for none.
  private let places: UnsafeMutableBufferPointer<UInt32>
  private let memory: Scratch<UInt32>
  /// The subjects that have a posting, ascending.
  let subjects: [UInt32]
  /// The numbers of their rows, with the last one repeated for who looks ahead.
  private let numbers: [UInt32]

  /// Gathers the postings that `fill` gives to its argument, each of which opens an entry; of several of one subject the last one stays. A
  /// subject beyond the view's is left out. Valid while the view lives. O(postings + subjects that the view knows).
  @inline(__always)
  init(_ view: borrowing LedgerView, _ book: RowReader<Row>, _ fill: (_ add: (Row) -> Void) -> Void) {
    rows = book.loaded(through: book.count)
    memory = Scratch(count: Int(view.log.symbolCount(in: .subject)) + 1)
    let places = memory.elements
    self.places = places
    var count = 0
    fill { opening in
      let number = opening.opening &+ 1
      guard Int(opening.subject) < places.count, number != 0 else { return }
      count += places[Int(opening.subject)] == 0 ? 1 : 0
      places[Int(opening.subject)] = number
    }
    // Room for more, since each is written whether it is kept or not, which is quicker than to guess.
    var numbers = [UInt32](repeating: 0, count: count + Self.distance)
    subjects = numbers.withUnsafeMutableBufferPointer { numbers in
      [UInt32](unsafeUninitializedCapacity: count + 1) { subjects, kept in
        for subject in places.indices {
          let number = places[subject]
          subjects[kept] = UInt32(truncatingIfNeeded: subject)
          numbers[kept] = number &- 1
          kept += number != 0 ? 1 : 0
          places[subject] = number != 0 ? UInt32(truncatingIfNeeded: kept) : 0
        }
      }
    }
    for place in count..<numbers.count { numbers[place] = count == 0 ? 0 : numbers[count - 1] }
    self.numbers = numbers
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
