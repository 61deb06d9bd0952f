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
    case ETHTOOL_GDRVINFO:
      return put_driver(record, argument);
    default:
      return EOPNOTSUPP;
  }
}

}  // namespace tapstack::shim
