/// Where the rows of a table's blocks begin, as far as they were looked up.
///
/// In pages that are made when they are first touched, so that reading one block of a large table is not O(blocks): memory for all would have
/// to be cleared, or mapped. Several threads may read what was looked up before.
@usableFromInline
final class BlockBases<Row> {
  @usableFromInline typealias Base = UnsafePointer<Row>?
  @usableFromInline typealias Pages = UnsafeMutablePointer<UnsafeMutablePointer<Base>?>

  @inlinable static var pageShift: Int { 9 }
  @inlinable static var pageMask: Int { 1 << pageShift - 1 }

  @usableFromInline let pages: Pages
  private let pageCount: Int

  /// For so many blocks, none of them looked up.
  init(count: Int) {
    pageCount = count >> Self.pageShift + 1
    pages = .allocate(capacity: pageCount)
    pages.initialize(repeating: nil, count: pageCount)
  }

  deinit {
    for page in 0..<pageCount { pages[page]?.deallocate() }
    pages.deallocate()
  }

  /// Where a block's rows begin, by its number, which must be below the number of blocks; nil when it was not looked up.
  @inlinable
  subscript(number: Int) -> Base {
    get { Self.base(ofBlock: number, in: pages) }
    set { page(number >> Self.pageShift)[number & Self.pageMask] = newValue }
  }

  /// The same, for who has the pages.
  @inlinable
  static func base(ofBlock number: Int, in pages: Pages) -> Base {
    guard let page = pages[number >> pageShift] else { return nil }
    return page[number & pageMask]
  }

  @usableFromInline
  func page(_ number: Int) -> UnsafeMutablePointer<Base> {
    if let page = pages[number] { return page }
    let page = UnsafeMutablePointer<Base>.allocate(capacity: 1 << Self.pageShift)
    page.initialize(repeating: nil, count: 1 << Self.pageShift)
    pages[number] = page
    return page
  }
}
