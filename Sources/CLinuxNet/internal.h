#ifndef CLINUXNET_INTERNAL_H
#define CLINUXNET_INTERNAL_H

#include "CLinuxNet.h"

#include <sys/socket.h>

// Writes `address` for a socket of `family`, mapped if need be. The size, or 0 if the socket cannot reach it.
socklen_t lnet_to_sockaddr(lnet_address address, int family, struct sockaddr_storage *storage);
lnet_address lnet_from_sockaddr(const struct sockaddr *address);

#endif
