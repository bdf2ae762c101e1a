/// Functions that pure code cannot import, the same to the last bit on every platform.
enum Mathematics {
  /// Natural logarithm of a positive finite number, to about 1e-14.
  static func log(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095 {
      mantissa /= 2
      exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172 here.
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    sum = sum * square + 1.0 / 3
    sum = sum * square + 1
    return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
  }

  /// `base` to the power of `exponent`, for exponents of 0...1 and bases near 1.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    let x = exponent * log(base)
    var sum = 1.0
    var n = 12.0
    while n >= 1 {
      sum = 1 + x / n * sum
      n -= 1
    }
    return sum
  }

  static func clamp(_ value: Double, _ low: Double, _ high: Double) -> Double { min(max(value, low), high) }
}
