package import Hummingbird
package import NIOCore

/// What a request's connection says about it. The address is for bounding alone, and is forgotten with the request.
package struct NodeRequestContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  package let address: Hidden<SocketAddress?>

  package init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    address = Hidden(source.channel.remoteAddress)
  }
}
