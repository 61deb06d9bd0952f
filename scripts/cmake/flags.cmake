# Compilers, flags, and the helpers that find sources.

list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g3 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g3")

find_program(CCACHE ccache)
if(CCACHE)
  # The precompiled header of the tests needs this sloppiness (ccache manual, "Precompiled headers").
  foreach(lang C CXX)
    set(CMAKE_${lang}_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${CCACHE})
  endforeach()
endif()

set(cxx_only_warnings -Wold-style-cast -Wnon-virtual-dtor)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wimplicit-fallthrough
                    "$<$<COMPILE_LANGUAGE:CXX>:${cxx_only_warnings}>")
if(TAPSTACK_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these two from inlined standard headers at -O2.
  add_compile_options(-Wno-array-bounds -Wno-stringop-overflow)
endif()
add_compile_options(-fno-plt)

if(TAPSTACK_SANITIZE STREQUAL "asan" OR TAPSTACK_SANITIZE STREQUAL "fuzz")
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
elseif(TAPSTACK_SANITIZE STREQUAL "tsan")
  set(sanitizers -fsanitize=thread -fno-omit-frame-pointer)
elseif(TAPSTACK_SANITIZE STREQUAL "coverage")
  set(sanitizers --coverage -fprofile-update=prefer-atomic)
elseif(TAPSTACK_SANITIZE)
  message(FATAL_ERROR "TAPSTACK_SANITIZE=${TAPSTACK_SANITIZE}: want asan, tsan, fuzz or coverage")
endif()
add_compile_options(${sanitizers})
add_link_options(${sanitizers})
if(TAPSTACK_SANITIZE)  # builds half as long as -O2 -g, and stack traces keep their lines
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
endif()
if(TAPSTACK_SANITIZE STREQUAL "fuzz")
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TAPSTACK_SANITIZE=fuzz needs clang++ (libFuzzer)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Include roots of everything: "config.h", "core/api/x.h" and (inside the core) "mem/pool.h".
add_library(tapstack_roots INTERFACE)
target_include_directories(tapstack_roots INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/core)
if(TAPSTACK_CONFIG_USER)
  target_compile_definitions(tapstack_roots INTERFACE
                             TAPSTACK_USER_CONFIG="${TAPSTACK_CONFIG_USER}")
endif()

# tapstack_sources(<variable> <folder>... [EXCLUDE <regex>...]): all C++ files below the folders.
function(tapstack_sources out)
  cmake_parse_arguments(arg "" "" "EXCLUDE" ${ARGN})
  set(files)
  foreach(folder ${arg_UNPARSED_ARGUMENTS})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND files ${found})
  endforeach()
  foreach(regex ${arg_EXCLUDE})
    list(FILTER files EXCLUDE REGEX "${regex}")
  endforeach()
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# tapstack_library(<name> <sources>): a static library, or an interface library while it has no
# source. ${kind} is set to the keyword that usage requirements of it take.
macro(tapstack_library name sources)
  if("${sources}" STREQUAL "")
    add_library(${name} INTERFACE)
    set(kind INTERFACE)
  else()
    add_library(${name} STATIC ${sources})
    set(kind PUBLIC)
  endif()
endmacro()

# tapstack_hosted_pch(<target> <header>...): these and the headers of the standard library that hosted
# C++ includes most, precompiled: they cost more than most files of shim/. Clang compiles without.
function(tapstack_hosted_pch target)
  get_target_property(type ${target} TYPE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT type STREQUAL "INTERFACE_LIBRARY")
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <atomic> <cerrno> <cstdint> <cstdio> <cstring> <memory> <optional> <span>
      <string> <string_view> <vector> ${ARGN})
  endif()
endfunction()

# Half of the time of compiling a file goes into what it includes and into templates that each file
# instantiates anew: so the files of a folder are compiled about eight at a time. Neighbours in the
# alphabet (icmp4.cpp, icmp6.cpp) often use the same names, so they go into different groups. What
# they name in an unnamed namespace must differ within a group. `make nightly` compiles each by
# itself, so an #include that is missing shows there.
option(TAPSTACK_JOIN "compile several files of a folder at once" ON)
function(tapstack_join target)
  get_target_property(sources ${target} SOURCES)
  set(folders)
  foreach(file ${sources})
    get_filename_component(folder ${file} DIRECTORY)
    list(APPEND folders ${folder})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder ${folders})
    set(beside ${sources})
    list(FILTER beside INCLUDE REGEX "^${folder}/[^/]*$")
    list(SORT beside)
    list(LENGTH beside count)
    math(EXPR groups "(${count} + 7) / 8")
    file(RELATIVE_PATH group ${PROJECT_SOURCE_DIR} ${folder})
    string(MAKE_C_IDENTIFIER "${group}" group)
    set(place 0)
    foreach(file ${beside})
      math(EXPR number "${place} % ${groups}")
      set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${group}_${number})
      math(EXPR place "${place} + 1")
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TAPSTACK_JOIN} UNITY_BUILD_MODE GROUP)
endfunction()

# Twins of others, which name the same things on purpose.
set_source_files_properties(
  ${PROJECT_SOURCE_DIR}/core/wire/dhcp6.cpp ${PROJECT_SOURCE_DIR}/core/wire/dhcp6_state.cpp
  ${PROJECT_SOURCE_DIR}/core/app/dhcp6_lease.cpp ${PROJECT_SOURCE_DIR}/core/app/dhcp6_protocol.cpp
  ${PROJECT_SOURCE_DIR}/shim/engine/stream_pump.cpp
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
