#include "tapif/pcap_library.h"

#include <dlfcn.h>

namespace tapstack::tapif {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool load(PcapLibrary& pcap) {
  // Debian's name for it, then everybody else's.
  void* library = ::dlopen("libpcap.so.0.8", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libpcap.so.1", RTLD_NOW | RTLD_LOCAL);
  return library != nullptr &&
         find(library, "pcap_open_dead_with_tstamp_precision", pcap.open_dead) &&
         find(library, "pcap_dump_fopen", pcap.dump_fopen) &&
         find(library, "pcap_dump", pcap.dump) &&
         find(library, "pcap_dump_flush", pcap.dump_flush) &&
         find(library, "pcap_dump_close", pcap.dump_close) &&
         find(library, "pcap_close", pcap.close);
}

}  // namespace

const PcapLibrary* load_pcap_library() {
  static PcapLibrary pcap;
  static const bool is_loaded = load(pcap);
  return is_loaded ? &pcap : nullptr;
}

}  // namespace tapstack::tapif
