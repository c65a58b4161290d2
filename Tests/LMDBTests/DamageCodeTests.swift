import CLMDB
import Glibc
import Testing

@testable import LMDB

/// What is damage is a finding of verification; everything else is a failure of it.
@Suite struct DamageCodeTests {
  @Test(arguments: [MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_PANIC, MDB_CURSOR_FULL])
  func aFileThatContradictsItselfIsDamaged(code: Int32) {
    #expect(LMDBError(code: code, operation: "read").isDamaged)
  }

  @Test(arguments: [MDB_NOTFOUND, MDB_MAP_FULL, MDB_VERSION_MISMATCH, MDB_BAD_TXN, EIO, ENOSPC, ENOMEM])
  func whatTheMachineDidIsNoDamage(code: Int32) {
    #expect(!LMDBError(code: code, operation: "read").isDamaged)
  }
}
