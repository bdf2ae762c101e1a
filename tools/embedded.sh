# embedded_module NAME OUT [FLAG ...]: compiles Sources/NAME to OUT/NAME.o and OUT/NAME.swiftmodule for wasm32.
embedded_module() {
  local module=$1 out=$2
  shift 2
  find "Sources/$module" -name '*.swift' -print0 | LC_ALL=C sort -z | xargs -0 \
    swiftc -target wasm32-unknown-none-wasm -swift-version 6 -warnings-as-errors \
    -enable-experimental-feature Embedded -enable-experimental-feature Extern \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility \
    -Xfrontend -disable-stack-protector -wmo -Osize -parse-as-library \
    -package-name tertulia -module-name "$module" -I "$out" \
    -emit-module -emit-module-path "$out/$module.swiftmodule" -c -o "$out/$module.o" "$@"
}
