#include "shim/hooks/ethtool.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>

#include "shim/common/user_memory.h"

namespace tapstack::shim {
namespace {

int put_value(void* argument, uint32_t command, uint32_t data) {
  const ethtool_value value{command, data};
  std::memcpy(argument, &value, sizeof value);
  return 0;
}

// Stamps are the stack's, by software.
int put_stamping(void* argument) {
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  info.so_timestamping =
      SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  info.phc_index = -1;
  std::memcpy(argument, &info, sizeof info);
  return 0;
}

int put_driver(const InterfaceRecord& record, void* argument) {
  if ((record.flags & IFF_LOOPBACK) != 0) return EOPNOTSUPP;
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  std::strcpy(info.driver, "tapstack");
  std::strcpy(info.version, TAPSTACK_VERSION);
  std::memcpy(argument, &info, sizeof info);
  return 0;
}

// What a TUN device says: it has no wire of its own.
constexpr uint32_t kSpeedMbits = 10'000;

int put_settings(const InterfaceRecord& record, void* argument) {
  if ((record.flags & IFF_LOOPBACK) != 0) return EOPNOTSUPP;
  ethtool_cmd settings{};
  settings.cmd = ETHTOOL_GSET;
  settings.speed = kSpeedMbits;
  settings.duplex = DUPLEX_FULL;
  std::memcpy(argument, &settings, sizeof settings);
  return 0;
}

// The first call learns how many words a map of link modes has, the second gets three empty ones.
int put_link_settings(const InterfaceRecord& record, void* argument) {
  constexpr int8_t kWords = 4;
  if ((record.flags & IFF_LOOPBACK) != 0) return EOPNOTSUPP;
  ethtool_link_settings asked, settings{};
  std::memcpy(&asked, argument, sizeof asked);
  settings.cmd = ETHTOOL_GLINKSETTINGS;
  settings.link_mode_masks_nwords = -kWords;
  if (asked.link_mode_masks_nwords == kWords) {
    settings.link_mode_masks_nwords = kWords;
    settings.speed = kSpeedMbits;
    settings.duplex = DUPLEX_FULL;
    std::memset(static_cast<char*>(argument) + sizeof settings, 0, 3 * kWords * sizeof(uint32_t));
  }
  std::memcpy(argument, &settings, sizeof settings);
  return 0;
}

}  // namespace

int answer_ethtool(const InterfaceRecord& record, void* argument) {
  uint32_t command = 0;
  if (usable(argument) == nullptr) return EFAULT;
  std::memcpy(&command, argument, sizeof command);
  switch (command) {
    case ETHTOOL_GLINK:
      return put_value(argument, command, (record.flags & IFF_UP) != 0);
    // Frames may be superframes, and those that leave may lack their checksums: who captures them
    // has to leave room.
    case ETHTOOL_GTSO:
    case ETHTOOL_GGSO:
    case ETHTOOL_GGRO:
    case ETHTOOL_GSG:
    case ETHTOOL_GTXCSUM:
    case ETHTOOL_GRXCSUM:
      return put_value(argument, command, 1);
    case ETHTOOL_GUFO:
    case ETHTOOL_GFLAGS:
      return put_value(argument, command, 0);
    case ETHTOOL_GET_TS_INFO:
      return put_stamping(argument);
    case ETHTOOL_GSET:
      return put_settings(record, argument);
    case ETHTOOL_GLINKSETTINGS:
      return put_link_settings(record, argument);
    case ETHTOOL_GDRVINFO:
      return put_driver(record, argument);
    default:
      return EOPNOTSUPP;
  }
}

}  // namespace tapstack::shim
