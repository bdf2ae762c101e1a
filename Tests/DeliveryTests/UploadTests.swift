import MLSWire
import Testing

@Suite("Uploads")
struct UploadTests {
  @Test("a commit upload reads as it was written")
  func roundTrip() throws {
    let upload = CommitUpload(
      commit: [1, 2], welcome: [], groupInfo: [3],
      tree: TreeChange(nodeCount: 3, changes: [NodeChange(index: 1, node: []), NodeChange(index: 2, node: [9])]))
    #expect(try CommitUpload(wire: upload.wire) == upload)
  }
}
