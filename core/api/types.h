// Types of the public interface: what an embedder, the preload library and the tools see.
#pragma once

#include <cstdint>
#include <span>

#include "mem/handle.h"
#include "mem/packet.h"
#include "socket/types.h"
#include "transport/datagram.h"
#include "transport/listed.h"
#include "transport/raw.h"
#include "transport/tcp/congestion_algorithm.h"
#include "transport/tcp/info.h"
#include "transport/tcp/send_report.h"
#include "util/address.h"
#include "util/address_policy.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack {

using mem::Bytes;
using mem::ConstBytes;
using net::PacketOptions;
using transport::Icmp6Filter;
using transport::tcp::congestion_named;
using transport::tcp::CongestionAlgorithm;
using transport::tcp::kCongestionDefault;
using transport::tcp::name_of;

}  // namespace tapstack
