// The checks of `tapstack doctor`. None changes anything on the machine: what has to be tried is
// tried in a child process, in namespaces of its own.
#pragma once

#include <string>

#include "shim/common/settings.h"
#include "tools/doctor/finding.h"

namespace tapstack::tools::doctor {

// The device node, the right to make devices, and namespaces for those who have it not.
Finding check_node();
Finding check_privilege();
Finding check_namespaces(const shim::Settings& settings);

// What the library would meet when it is preloaded here, without `tapstack run`: an interface of
// that name, its holder, addresses that somebody has.
Finding check_device(const shim::Settings& settings);
Finding check_addresses(const shim::Settings& settings);

// The files of the installation: library (with a trial of preloading it), keeper, libpcap, passt.
Finding check_library();
Finding check_keeper_program(const shim::Settings& settings);
Finding check_pcap();
Finding check_passt();

// What this process was given by whoever started it.
Finding check_preload();
Finding check_descriptors();
Finding check_memory();
Finding check_seccomp();
Finding check_container();

// Engines that still run.
Finding check_running_keepers();

// Whether a program can be preloaded.
Finding check_program(const std::string& name);

}  // namespace tapstack::tools::doctor
