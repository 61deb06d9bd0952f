#include "shim/engine/stable_secret.h"

#include <algorithm>
#include <span>

#include "core/api/interfaces.h"
#include "shim/common/log.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr const char* kPath = "/etc/machine-id";
constexpr size_t kDigits = 32;  // machine-id(5)

// Keys of our own, so that no other program's use of the file gives the same (machine-id(5)).
constexpr SecretKey kKeys[] = {{0x7461707374616b31, 0x6970362d69696431},
                               {0x7461707374616b32, 0x6970362d69696432}};

}  // namespace

std::array<uint64_t, 2> stable_secret() {
  std::array<uint64_t, 2> secret{};
  std::array<uint8_t, kDigits> id{};
  const long fd = sys::call(SYS_openat, AT_FDCWD, sys::pointer(kPath), O_RDONLY | O_CLOEXEC);
  const long got = fd < 0 ? 0 : sys::read(static_cast<int>(fd), id.data(), id.size());
  if (fd >= 0) sys::close(static_cast<int>(fd));
  if (got != static_cast<long>(kDigits)) {
    log(LogLevel::kWarn,
        "TAPSTACK_IP6_IDENTIFIER=stable: no %s, so addresses change at every start", kPath);
    sys::call(SYS_getrandom, sys::pointer(secret.data()), sizeof secret, 0);
    return secret;
  }
  std::ranges::transform(kKeys, secret.begin(),
                         [&](const SecretKey& key) { return siphash(key, id); });
  return secret;
}

}  // namespace tapstack::shim
