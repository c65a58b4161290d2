import Foundation
import Testing

/// Policies as dated facts and as what-ifs.
@Suite struct PolicyTests {
  let program: Program

  /// Lead times of 1 to 10 days; the last item was delivered after 2 days, reopened, and delivered again after 10.
  init() throws {
    program = try Program()
    var text = ""
    for number in 1...10 {
      text += event("item.created", "P-\(number)", "2026-01-01T00:00:00Z")
      let day = number < 9 ? "0\(number + 1)" : "\(number + 1)"
      text += event("item.delivered", "P-\(number)", "2026-01-\(day)T00:00:00Z")
    }
    text += event("item.delivered", "P-10", "2026-01-03T00:00:00Z", id: "first")
    text += event("item.reopened", "P-10", "2026-01-04T00:00:00Z")
    #expect(try program.run("append", stdin: text).code == 0)
  }

  private func row(_ options: String...) throws -> [String: Double] {
    let ask = ["show", "lead-time", "--at", "2026-02-01", "--format", "json"]
    let row = try #require(try program.run(ask + options).rows().first)
    return row.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }

  private let day = 86_400.0

  @Test func theDefaultIsNearestRankAndOneDeliveryAnItem() throws {
    let row = try row()
    #expect(row["n"] == 10)
    #expect(row["p50"] == 5 * day)
    #expect(row["p85"] == 9 * day)
  }

  @Test func aWhatIfChangesTheAnswerAndSaysSo() throws {
    let file = try program.write("{\"percentileMethod\":\"linear\"}", "policy.json")
    // Of 1 to 10 days: (n − 1)·p = 4.5 and 7.65.
    let linear = try row("--policy", file)
    #expect(linear["p50"] == 5.5 * day)
    #expect(abs((linear["p85"] ?? 0) - 8.65 * day) < 0.000_01)
    let object = try program.run("show", "lead-time", "--policy", file, "--format", "json").object()
    #expect((object["parameters"] as? [String: String])?["policy"] == "percentileMethod=linear")
  }

  @Test func aPolicyHoldsFromItsEventOn() throws {
    #expect(
      try program.run("append", "policy.defined", "house", "percentileMethod=linear", "--at", "2026-01-15").code == 0)
    #expect(try row()["p50"] == 5.5 * day)
    #expect(try row("--known-at", "22")["p50"] == 5 * day)
    let before = try program.run("show", "lead-time", "--at", "2026-01-14", "--format", "json").rows().first
    #expect((before?["p50"] as? NSNumber)?.doubleValue == 5 * day)
    #expect(try program.run("void", "23").code == 0)
    #expect(try row()["p50"] == 5 * day)
    #expect(try program.run("void", "24").code == 0)
    #expect(try row()["p50"] == 5.5 * day)
    #expect(try program.run("verify").code == 0)
  }

  @Test func eachDeliveryCountsWhenThePolicySaysSo() throws {
    let file = try program.write("{\"reopening\":\"newDelivery\"}", "policy.json")
    let row = try row("--policy", file)
    #expect(row["n"] == 11)
    // 1, 2, 2, 3, 4, 5 … 10 days: the sixth of eleven.
    #expect(row["p50"] == 5 * day)
    #expect(row["mean"].map { abs($0 - 57.0 / 11 * day) < 0.001 } == true)
  }

  @Test func lintNamesTheConventionsThatMatter() throws {
    let rows = try program.run("lint", "lead-time", "--at", "2026-02-01", "--format", "json").rows()
    let names = Set(rows.compactMap { $0["policy"] as? String })
    #expect(names == ["percentileMethod=linear", "reopening=newDelivery"])
    let p50 = rows.first { $0["figure"] as? String == "p50" && $0["policy"] as? String == "percentileMethod=linear" }
    #expect((p50?["before"] as? NSNumber)?.doubleValue == 5 * day)
    #expect((p50?["after"] as? NSNumber)?.doubleValue == 5.5 * day)
  }

  @Test(arguments: [
    ("[]", "no JSON object"), ("{\"percentileMethod\":\"median\"}", "nearestRank, linear"),
    ("{\"percentilMethod\":\"linear\"}", "Did you mean \"percentileMethod\"?"),
    ("{\"timezone\":\"Mars/Base\"}", "Mars/Base"),
    ("{\"attributionWindow\":\"soon\"}", "attributionWindow"),
    ("{\"backwardMoves\":\"sometimes\"}", "keepVisits, forgetLater"),
  ])
  func aPolicyThatIsNotUnderstoodIsRefused(text: String, part: String) throws {
    let outcome = try program.run("show", "lead-time", "--policy", program.write(text, "policy.json"))
    #expect(outcome.code == 2)
    #expect(outcome.err.contains(part), "\(outcome.err)")
  }
}
