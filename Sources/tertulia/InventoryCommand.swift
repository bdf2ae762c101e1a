import ArgumentParser
import Store

struct InventoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract: "Print every field that is stored, what it is for and how long it is kept (docs/data-inventory.md).")

  func run() {
    print(Inventory.markdown, terminator: "")
  }
}
