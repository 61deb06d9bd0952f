// libpcap, opened at run time: only who captures needs it.
#pragma once

#include <pcap/pcap.h>

namespace tapstack::tapif {

// The functions that write a capture file; see pcap(3PCAP).
struct PcapLibrary {
  pcap_t* (*open_dead)(int linktype, int snaplen, u_int precision) = nullptr;
  pcap_dumper_t* (*dump_fopen)(pcap_t* pcap, FILE* file) = nullptr;
  void (*dump)(u_char* dumper, const pcap_pkthdr* header, const u_char* bytes) = nullptr;
  int (*dump_flush)(pcap_dumper_t* dumper) = nullptr;
  void (*dump_close)(pcap_dumper_t* dumper) = nullptr;
  void (*close)(pcap_t* pcap) = nullptr;
};

// Loads it at the first call. Null when it is not installed; it stays loaded.
const PcapLibrary* load_pcap_library();

}  // namespace tapstack::tapif
