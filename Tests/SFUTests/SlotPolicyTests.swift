import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Slots")
struct SlotPolicyTests {
  @Test("people take the first free seat and keep it when others come and go")
  func stableSeats() {
    var seats: [Int32] = [-1, -1, -1]
    SlotPolicy.seat(&seats, requests: [-1, -1, -1], showing: [], members: [9, 1, 2], receiver: 9)
    #expect(seats == [1, 2, -1])
    seats[0] = -1
    SlotPolicy.seat(&seats, requests: [-1, -1, -1], showing: [], members: [9, 2, 3, 4], receiver: 9)
    #expect(seats == [3, 2, 4])
  }

  @Test("of those without a seat, who shows a picture comes first")
  func picturesFirst() {
    var seats: [Int32] = [-1, -1, -1]
    SlotPolicy.seat(&seats, requests: [-1, -1, -1], showing: [9, 5], members: [9, 1, 2, 5, 6], receiver: 9)
    #expect(seats == [5, 1, 2])
  }

  @Test("a newcomer takes the seat that is worth least, and none that is asked for or worth as much")
  func offeredSeat() {
    let worth: (Int32) -> Int64 = { Int64($0) }
    func place(_ newcomer: Int64, _ seats: [Int32], _ requests: [Int32]) -> Int? {
      SlotPolicy.place(worth: newcomer, seats: seats, requests: requests, worth: worth)
    }
    #expect(place(5, [3, 2, 4], [-1, -1, -1]) == 1)
    #expect(place(5, [3, 2, 4], [-1, 2, -1]) == 0)
    #expect(place(2, [3, 2, 4], [-1, -1, -1]) == nil)
    #expect(place(1, [3, -1, 4], [3, 7, 4]) == 1, "an empty one is always worth less")
  }

  @Test("where everybody has a seat, requests move nobody")
  func requestsInSmallRoom() {
    var seats: [Int32] = [1, 2, -1]
    SlotPolicy.seat(&seats, requests: [2, 1, -1], showing: [], members: [9, 1, 2], receiver: 9)
    #expect(seats == [1, 2, -1])
  }

  @Test("in a crowd requests decide; the seated swap, and of two requests for one person the first counts")
  func requestsInCrowd() {
    var seats: [Int32] = [1, 2, 3]
    let members: [Int32] = [9, 1, 2, 3, 4, 5]
    SlotPolicy.seat(&seats, requests: [5, -1, 1], showing: [], members: members, receiver: 9)
    #expect(seats == [5, 2, 1])
    SlotPolicy.seat(&seats, requests: [1, 1, -1], showing: [], members: members, receiver: 9)
    #expect(seats == [1, 2, 5])
    SlotPolicy.seat(&seats, requests: [9, -1, -1], showing: [], members: members, receiver: 9)
    #expect(seats == [1, 2, 5], "nobody sees themselves")
  }

  @Test("a speaker is heard where seen, else in an empty slot, else in place of the last in the ranking")
  func voices() {
    var voices: [Int32] = [1, 2, 3]
    SlotPolicy.voice(&voices, seats: [1, 2, 3], speakers: [7, 1, 2, 3])
    #expect(voices == [1, 2, 7])
    SlotPolicy.voice(&voices, seats: [1, 8, 3], speakers: [8, 7, 1, 2])
    #expect(voices == [1, 8, 7])
    SlotPolicy.voice(&voices, seats: [1, 8, 3], speakers: [8, 7, 1, 4])
    #expect(voices == [1, 8, 7], "only as many are heard as there are slots")
  }

  @Test("who is silent for long leaves an empty slot, and who is heard never moves")
  func silentLeave() {
    var voices: [Int32] = [1, 2, 3]
    SlotPolicy.voice(&voices, seats: [1, 2, 3], speakers: [3])
    #expect(voices == [-1, -1, 3])
    SlotPolicy.voice(&voices, seats: [3, 1, 2], speakers: [2, 3])
    #expect(voices == [2, -1, 3])
  }

  @Test("in a crowd the loudest are heard, and levels without packets are forgotten")
  func crowdHearsSpeakers() throws {
    let room = TestRoom()
    let listener = try room.add(1) { $0.slots = 2 }
    let speakers = try (2...6).map { try room.add($0) { $0.slots = 2 } }
    func speak(_ peer: TestPeer, _ level: UInt8, from start: UInt16, count: UInt16 = 40) {
      for index in 0..<count {
        room.deliver(
          peer.rtp(
            ssrc: UInt32(peer.id.rawValue), sequence: start + index, payloadType: TestOffer.opus, mid: "mic",
            level: level,
            payload: [UInt8(peer.id.rawValue)]), from: peer)
        room.advance(.milliseconds(20))
      }
    }
    room.advance(.seconds(3))
    speak(speakers[3], 20, from: 1)
    #expect(listener.packets.contains { $0.payload == [5] })
    listener.forget()
    speak(speakers[4], 110, from: 1)
    #expect(!listener.packets.contains { $0.payload == [6] }, "too quiet to displace anybody")
  }

  @Test("nobody gets a second slot, and everybody in a small room has one", arguments: 2...9)
  func everybodyHasOne(people: Int) throws {
    let room = TestRoom()
    let peers = try (1...people).map { try room.add($0) { $0.slots = 9 } }
    for receiver in peers {
      var shown: [Int: PeerID?] = [:]
      for case .slotChanged(receiver.id, let slot, .person, let source) in room.events { shown[slot] = source }
      let seen = shown.values.compactMap { $0 }
      #expect(Set(seen).count == seen.count)
      #expect(Set(seen) == Set(peers.map(\.id)).subtracting([receiver.id]))
    }
  }
}

@Suite("Layers")
struct LayerSelectorTests {
  private func choose(_ alive: [Bool], height: Int, cap: Int = 2) -> Int8 {
    var layers = InlineArray<3, LayerSelector.Layer>(repeating: LayerSelector.Layer(height: 0, isAlive: false))
    for index in 0..<3 { layers[index] = LayerSelector.Layer(height: 180 << index, isAlive: alive[index]) }
    return LayerSelector.choose(layers, count: 3, requestedHeight: height, cap: cap)
  }

  @Test("the smallest layer that is tall enough")
  func byHeight() {
    #expect(choose([true, true, true], height: 100) == 0)
    #expect(choose([true, true, true], height: 220) == 0)
    #expect(choose([true, true, true], height: 300) == 1)
    #expect(choose([true, true, true], height: 720) == 2)
    #expect(choose([true, true, true], height: 4_320) == 2)
  }

  @Test("what is not sent is not chosen, and something is better than nothing")
  func byLife() {
    #expect(choose([true, false, false], height: 720) == 0)
    #expect(choose([false, false, true], height: 100) == 2)
    #expect(choose([false, false, false], height: 100) == -1)
    #expect(choose([false, true, true], height: 720, cap: 0) == 1)
    #expect(choose([true, true, true], height: 720, cap: 1) == 1)
  }

  @Test("nothing is sent to who shows nothing")
  func hidden() { #expect(choose([true, true, true], height: 0) == -1) }
}
