#include "tapif/device_holder.h"

#include <cctype>
#include <cstdlib>
#include <memory>

#include <dirent.h>
#include <sys/stat.h>

#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(const std::string& path) { return {::opendir(path.c_str()), ::closedir}; }

bool has_open(const std::string& process, const std::string& name) {
  const std::string line = "\niff:\t" + name + "\n";  // drivers/net/tun.c, tun_chr_show_fdinfo
  const std::string folder = process + "/fdinfo";
  const Directory directory = open_directory(folder);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    const std::string path = folder + "/" + entry->d_name;
    if (os::read_file(path.c_str()).find(line) != std::string::npos) return true;
  }
  return false;
}

// Number of the network namespace of a process; 0 when it may not be seen.
ino_t network_of(const std::string& process) {
  struct stat status {};
  return ::stat((process + "/ns/net").c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

DeviceHolder find_device_holder(const std::string& name) {
  const ino_t here = network_of("/proc/self");
  const Directory proc = open_directory("/proc");
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    const std::string process = std::string("/proc/") + entry->d_name;
    if (network_of(process) != here || !has_open(process, name)) continue;
    std::string command = os::read_file((process + "/comm").c_str());
    if (!command.empty() && command.back() == '\n') command.pop_back();
    return {static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10)), command};
  }
  return {};
}

}  // namespace tapstack::tapif
