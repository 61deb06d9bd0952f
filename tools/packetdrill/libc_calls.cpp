#include "tools/packetdrill/libc_calls.h"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tools/packetdrill/calls.h"
#include "tools/packetdrill/host_options.h"
#include "tools/packetdrill/script_settings.h"

namespace tapstack::packetdrill {
namespace {

Session* g_session = nullptr;

bool is_ours(int fd) {
  if (g_session == nullptr) return false;
  Call call(*g_session);
  return g_session->descriptors().is_socket(fd);
}

int our_getsockopt(int fd, int level, int name, void* value, socklen_t* length) {
  return is_ours(fd) ? call_getsockopt(*g_session, fd, level, name, value, length)
                     : getsockopt(fd, level, name, value, length);
}

ssize_t our_sendfile(int to, int from, off_t* offset, size_t bytes) {
  return is_ours(to) ? call_sendfile(*g_session, to, from, offset, bytes)
                     : sendfile(to, from, offset, bytes);
}

// A command of the script: what it sets is the stack's to have, from now on.
int our_system(const char* command) {
  if (g_session != nullptr && command != nullptr) {
    Call call(*g_session);
    change_host_options(g_session->stack(), g_session->now(), settings_in_command(command));
    if (flushes_metrics(command)) api::forget_fast_open_servers(g_session->stack());
  }
  return system(command);
}

struct Replacement {
  const char* name;
  void* function;
};
const Replacement kReplacements[] = {
    {"getsockopt", reinterpret_cast<void*>(our_getsockopt)},
    {"system", reinterpret_cast<void*>(our_system)},
    {"sendfile", reinterpret_cast<void*>(our_sendfile)},
    {"sendfile64", reinterpret_cast<void*>(our_sendfile)},
};

// The tables of a loaded program that say where it keeps the addresses of foreign functions (System
// V ABI, "Dynamic Section").
struct Dynamic {
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  const ElfW(Rela) * relocations[2] = {};  // DT_RELA, DT_JMPREL
  size_t counts[2] = {};
};

Dynamic read_dynamic(const ElfW(Dyn) * entry) {
  Dynamic d;
  for (; entry->d_tag != DT_NULL; ++entry) {
    const auto address = entry->d_un.d_ptr;
    const size_t count = entry->d_un.d_val / sizeof(ElfW(Rela));
    switch (entry->d_tag) {
      case DT_SYMTAB:
        d.symbols = reinterpret_cast<const ElfW(Sym)*>(address);
        break;
      case DT_STRTAB:
        d.strings = reinterpret_cast<const char*>(address);
        break;
      case DT_RELA:
        d.relocations[0] = reinterpret_cast<const ElfW(Rela)*>(address);
        break;
      case DT_RELASZ:
        d.counts[0] = count;
        break;
      case DT_JMPREL:
        d.relocations[1] = reinterpret_cast<const ElfW(Rela)*>(address);
        break;
      case DT_PLTRELSZ:
        d.counts[1] = count;
        break;
      default:
        break;
    }
  }
  return d;
}

// The slot may have been made read-only after it was filled (RELRO).
void write_slot(uintptr_t slot, void* function) {
  const auto page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t page = slot & ~(page_bytes - 1);
  mprotect(reinterpret_cast<void*>(page), slot + sizeof(void*) - page, PROT_READ | PROT_WRITE);
  std::memcpy(reinterpret_cast<void*>(slot), &function, sizeof function);
}

void replace(const Dynamic& d, uintptr_t base) {
  for (size_t table = 0; table < std::size(d.counts); ++table) {
    for (size_t i = 0; i < d.counts[table]; ++i) {
      const ElfW(Rela)& relocation = d.relocations[table][i];
      const char* name = d.strings + d.symbols[ELF64_R_SYM(relocation.r_info)].st_name;
      for (const Replacement& r : kReplacements) {
        if (std::strcmp(name, r.name) == 0) write_slot(base + relocation.r_offset, r.function);
      }
    }
  }
}

// The program itself is the first that is visited; it is the only one.
int visit(dl_phdr_info* info, size_t, void*) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    const Dynamic d = read_dynamic(entry);
    if (d.symbols != nullptr && d.strings != nullptr) replace(d, info->dlpi_addr);
  }
  return 1;
}

}  // namespace

void take_over_libc_calls(Session* session) {
  g_session = session;
  if (session != nullptr) dl_iterate_phdr(visit, nullptr);
}

}  // namespace tapstack::packetdrill
