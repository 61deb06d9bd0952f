#include "shim/engine/sequence_secret.h"

#include <linux/keyctl.h>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr const char* kType = "user";
constexpr const char* kName = "tapstack:sequence";
// KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH of the kernel's linux/key.h: a session
// that is not joined to the user's keyring may read it too.
constexpr long kPermissions = 0x3f0b0000;

long keyctl(long operation, long a = 0, long b = 0, long c = 0, long d = 0) {
  return sys::call(SYS_keyctl, operation, a, b, c, d);
}

bool read_key(long key, SequenceSecret& secret) {
  const auto bytes = static_cast<long>(secret.size());
  return key >= 0 && keyctl(KEYCTL_READ, key, sys::pointer(secret.data()), bytes) == bytes;
}

bool find(SequenceSecret& secret) {
  return read_key(
      keyctl(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, sys::pointer(kType), sys::pointer(kName), 0),
      secret);
}

bool make() {
  SequenceSecret drawn;
  const auto bytes = static_cast<long>(drawn.size());
  if (sys::call(SYS_getrandom, sys::pointer(drawn.data()), bytes) != bytes) return false;
  const long key = sys::call(SYS_add_key, sys::pointer(kType), sys::pointer(kName),
                             sys::pointer(drawn.data()), bytes, KEY_SPEC_USER_KEYRING);
  return key >= 0 && keyctl(KEYCTL_SETPERM, key, kPermissions) >= 0;
}

}  // namespace

// Of two that make one at the same time the later one's stays, and is what the next will find.
bool find_sequence_secret(SequenceSecret& secret) {
  return find(secret) || (make() && find(secret));
}

}  // namespace tapstack::shim
