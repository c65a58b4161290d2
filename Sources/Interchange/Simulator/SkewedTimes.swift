/// Skewed times, by tables of quantiles in thousandths.
///
/// Tables and integers rather than a logarithm of the C library, whose last digit may change: a seed gives the same
/// bytes on every machine, for ever. Between two quantiles the value is interpolated; the first and last stand for 0.2
/// % and 99.8 %.
enum SkewedTimes {
  /// A log-normal distribution of median 1 and σ = 0.85: many short times, a few very long ones.
  private static let logNormal: [Int64] = [
    87, 160, 205, 241, 271, 300, 326, 352, 376, 400, 424, 447, 470, 494, 517, 540, 564, 587, 611, 635, 660, 685, 710,
    736, 763, 790, 817, 846, 875, 905, 936, 967, 1000, 1034, 1069, 1105, 1143, 1182, 1223, 1266, 1311, 1358, 1408,
    1460, 1515, 1574, 1636, 1703, 1774, 1851, 1935, 2026, 2126, 2236, 2360, 2499, 2659, 2844, 3066, 3337, 3684, 4156,
    4871, 6239, 11547,
  ]
  /// The exponential distribution of mean 1: times between independent arrivals.
  private static let exponential: [Int64] = [
    2, 16, 32, 48, 65, 81, 98, 116, 134, 152, 170, 189, 208, 227, 247, 267, 288, 309, 330, 352, 375, 398, 421, 445,
    470, 495, 521, 548, 575, 604, 633, 662, 693, 725, 758, 792, 827, 863, 901, 940, 981, 1023, 1068, 1114, 1163, 1214,
    1269, 1326, 1386, 1451, 1520, 1594, 1674, 1761, 1856, 1962, 2079, 2213, 2367, 2549, 2773, 3060, 3466, 4159, 6215,
  ]

  /// A time around `median`, in the unit of `median`.
  static func skewed(_ median: Int64, _ random: inout RandomSource) -> Int64 {
    median * draw(logNormal, &random) / 1000
  }

  /// A time between two arrivals that lie `mean` apart on average.
  static func untilNext(_ mean: Int64, _ random: inout RandomSource) -> Int64 {
    max(1000, mean * draw(exponential, &random) / 1000)
  }

  private static func draw(_ table: [Int64], _ random: inout RandomSource) -> Int64 {
    let bits = random.next()
    let index = Int(bits >> 58)
    let fraction = Int64((bits >> 42) & 0xFFFF)
    return table[index] + (table[index + 1] - table[index]) * fraction / 65_536
  }
}
