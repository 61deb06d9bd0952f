#include "tools/program.h"

#include <elf.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "tools/report.h"

namespace tapstack::tools {
namespace {

#if defined(__LP64__)
using ElfHeader = Elf64_Ehdr;
using ElfSegment = Elf64_Phdr;
constexpr unsigned char kElfClass = ELFCLASS64;
#else
using ElfHeader = Elf32_Ehdr;
using ElfSegment = Elf32_Phdr;
constexpr unsigned char kElfClass = ELFCLASS32;
#endif

bool is_executable(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

template <class Record>
bool read_at(std::ifstream& file, uint64_t offset, Record& record) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&record), sizeof record));
}

// Machine that this command, and so the library, is built for.
Elf64_Half own_machine() {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  ElfHeader header{};
  return read_at(self, 0, header) ? header.e_machine : Elf64_Half{EM_NONE};
}

ProgramKind inspect_elf(std::ifstream& file) {
  ElfHeader header{};
  if (!read_at(file, 0, header)) return ProgramKind::kUnknown;
  if (header.e_ident[EI_CLASS] != kElfClass || header.e_machine != own_machine()) {
    return ProgramKind::kForeign;
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfSegment segment{};
    if (!read_at(file, header.e_phoff + uint64_t{i} * header.e_phentsize, segment)) {
      return ProgramKind::kUnknown;
    }
    if (segment.p_type == PT_INTERP) return ProgramKind::kDynamic;
  }
  return ProgramKind::kStatic;
}

std::string own_folder() {
  char path[PATH_MAX];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string whole(path, n > 0 ? static_cast<size_t>(n) : 0);
  return whole.substr(0, whole.rfind('/'));
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::stringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  std::string folder, forbidden;
  while (std::getline(folders, folder, ':')) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (is_executable(candidate)) return candidate;
    if (forbidden.empty() && ::access(candidate.c_str(), F_OK) == 0) forbidden = candidate;
  }
  return forbidden;
}

ProgramKind inspect_program(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[SELFMAG] = {};
  if (!file.read(magic, sizeof magic)) return ProgramKind::kUnknown;
  if (std::memcmp(magic, ELFMAG, SELFMAG) == 0) return inspect_elf(file);
  if (magic[0] != '#' || magic[1] != '!') return ProgramKind::kUnknown;

  file.seekg(2);
  std::string line, interpreter;
  std::getline(file, line);
  std::stringstream(line) >> interpreter;
  std::ifstream binary(interpreter, std::ios::binary);
  if (!binary.read(magic, sizeof magic) || std::memcmp(magic, ELFMAG, SELFMAG) != 0) {
    return ProgramKind::kUnknown;
  }
  return inspect_elf(binary);
}

std::string find_library(const std::string& name) {
  const std::string here = own_folder();
  for (const std::string& folder : {here, here + "/../lib", std::string(TAPSTACK_LIBDIR)}) {
    const std::string candidate = folder + "/" + name;
    char resolved[PATH_MAX];
    if (::realpath(candidate.c_str(), resolved) != nullptr) return resolved;
  }
  return {};
}

int become(const std::string& path, const std::vector<std::string>& words) {
  if (path.empty()) {
    report(words.front() + ": not found");
    return kNotFoundStatus;
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(path.c_str(), arguments.data());
  const int error = errno;
  report(path + ": " + std::strerror(error));
  return error == ENOENT ? kNotFoundStatus : kNotExecutableStatus;
}

}  // namespace tapstack::tools
