// Checks of the device, its addresses and the rights to make it.
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "tapif/device_holder.h"
#include "tapif/host_address.h"
#include "tapif/host_end.h"
#include "tapif/os.h"
#include "tapif/tap.h"
#include "tools/doctor/checks.h"
#include "tools/namespaces.h"

namespace tapstack::tools::doctor {
namespace {

bool has_net_admin() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  return ::syscall(SYS_capget, &header, sets) == 0 &&
         (sets[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted & CAP_TO_MASK(CAP_NET_ADMIN)) != 0;
}

// The driver of an interface and the bus it is on ("tun" and "tap" for a TAP device); empty: there
// is no such interface.
std::string driver_of(const std::string& name) {
  const tapif::os::Fd fd(tapif::os::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = tapif::request_for(name);
  if (tapif::os::ioctl(fd.get(), SIOCGIFINDEX, &request) < 0) return {};
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  request = tapif::request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (tapif::os::ioctl(fd.get(), SIOCETHTOOL, &request) < 0) return "unknown";
  return std::string(info.driver) + "/" + info.bus_info;
}

// In a child: what `tapstack run` does before it becomes the program. The message of the failure.
std::string try_namespaces(const shim::Settings& settings) {
  int channel[2];
  if (::pipe(channel) != 0) return std::string("cannot make a pipe: ") + std::strerror(errno);
  const pid_t child = ::fork();
  if (child == 0) {
    const uid_t uid = ::geteuid();
    tapif::Failure failure = make_namespaces();
    if (!failure) failure = tapif::prepare_tap(settings.device.tap, uid);
    std::string folder;
    if (!failure) failure = mark_namespaces(settings.device.tap.name, folder);
    const std::string& text = failure.message;
    const bool is_told = ::write(channel[1], text.data(), text.size()) >= 0;
    ::_exit(failure || !is_told ? 1 : 0);
  }
  ::close(channel[1]);
  char text[1024];
  const ssize_t n = child < 0 ? -1 : ::read(channel[0], text, sizeof text);
  ::close(channel[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return "cannot start a process";
  if (n > 0) return std::string(text, static_cast<size_t>(n));
  return status == 0 ? "" : "a process that tried it died (a seccomp filter?)";
}

}  // namespace

Finding check_node() {
  constexpr const char* kNode = "/dev/net/tun";
  if (const tapif::Failure failure = tapif::check_tap_node()) {
    Finding finding = fail("node", failure.message);
    finding.mend += "; or do without (tapstack run --net=passt)";
    return finding;
  }
  return ok("node", std::string(kNode) + " can be opened");
}

Finding check_privilege() {
  if (has_net_admin()) return ok("privilege", "CAP_NET_ADMIN: the library can make its device");
  return warn("privilege", "no CAP_NET_ADMIN: LD_PRELOAD alone needs a device made beforehand",
              "use \"tapstack run\", or let root make it (ip tuntap add ts0 mode tap user $USER)");
}

Finding check_namespaces(const shim::Settings& settings) {
  const std::string problem = try_namespaces(settings);
  if (!problem.empty()) return fail("namespaces", problem);
  return ok("namespaces", "a namespace with a device of its own can be made (tapstack run)");
}

Finding check_device(const shim::Settings& settings) {
  const std::string& name = settings.device.tap.name;
  const std::string driver = driver_of(name);
  if (driver.empty()) return ok("device", "the name " + name + " is free");
  if (driver != "tun/tap") {
    return fail("device", name + " is an interface of another kind (" + driver + ")",
                "choose another name with TAPSTACK_TAP, or use \"tapstack run\"");
  }
  const tapif::DeviceHolder holder = tapif::find_device_holder(name);
  if (holder.pid == 0) return ok("device", name + " exists, and no process seen here has it open");
  const std::string who = "process " + std::to_string(holder.pid) + " (" + holder.command + ")";
  return warn("device", who + " has " + name + " open",
              "a preloaded program of the same user joins it; otherwise wait for it, or choose "
              "another with TAPSTACK_TAP");
}

Finding check_addresses(const shim::Settings& settings) {
  std::string all;
  for (const Prefix& address : settings.device.tap.host_addresses) {
    const tapif::Failure failure = tapif::check_host_address(settings.device.tap.name, address);
    if (failure.error == EADDRINUSE || failure.error == EADDRNOTAVAIL) {
      Finding finding = fail("addresses", failure.message);
      finding.mend += "; or use \"tapstack run\"";
      return finding;
    }
    all += (all.empty() ? "" : ", ") + tapif::to_string(address);
  }
  if (all.empty()) return ok("addresses", "none is set on the host's end");
  return ok("addresses", "nobody else has the network of " + all);
}

}  // namespace tapstack::tools::doctor
