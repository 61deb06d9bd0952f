// The secret behind stable interface identifiers.
#pragma once

#include <array>
#include <cstdint>

namespace tapstack::shim {

// 128 bits that are the same at every start on this machine and tell nothing of what they come
// from, /etc/machine-id (RFC 7217 5, "secret_key"; machine-id(5) wants it hashed). Without that
// file they are random, and so are the addresses made of them; the log says so.
std::array<uint64_t, 2> stable_secret();

}  // namespace tapstack::shim
