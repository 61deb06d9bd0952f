# tapif/, shim/ and tools/: hosted C++ over the core of the chosen profile.

set(core tapstack_core_${TAPSTACK_PROFILE})
set(libexec_dir ${CMAKE_INSTALL_FULL_LIBEXECDIR}/tapstack)
find_package(Threads REQUIRED)

# Device drivers. libpcap is opened with dlopen() at run time; only its headers are needed here.
tapstack_sources(sources tapif)
tapstack_library(tapif "${sources}")
target_link_libraries(tapif ${kind} ${core} ${CMAKE_DL_LIBS})
tapstack_hosted_pch(tapif)
tapstack_join(tapif)

# The engine, used by the library and by the keeper.
tapstack_sources(sources shim/engine shim/common shim/netlink)
tapstack_library(shim_engine "${sources}")
target_link_libraries(shim_engine ${kind} tapif ${core} Threads::Threads ${CMAKE_DL_LIBS})
tapstack_hosted_pch(shim_engine)
tapstack_join(shim_engine)

add_library(tapstack_product INTERFACE)  # what library, keeper and command know of the product
target_compile_definitions(tapstack_product INTERFACE
  TAPSTACK_VERSION="${PROJECT_VERSION}" TAPSTACK_PROFILE_NAME="${TAPSTACK_PROFILE}"
  TAPSTACK_LIBDIR="${CMAKE_INSTALL_FULL_LIBDIR}" TAPSTACK_LIBEXECDIR="${libexec_dir}")
if(TARGET shim_engine AND NOT kind STREQUAL "INTERFACE")
  target_link_libraries(shim_engine PRIVATE tapstack_product)
  # A thread-local variable must not call malloc when a hook first touches it.
  target_compile_options(shim_engine PRIVATE -ftls-model=initial-exec)
endif()

# Of the library what interposes no function: unit_shim tests these very objects. Of shim/names the
# functions of libc's names do, and what they share.
tapstack_sources(parts shim/names shim/trace shim/proc
                 EXCLUDE "/shim/names/(get[a-z]+|interfaces|lookup|resolver|res_query)[.]cpp$"
                         "/shim/proc/netlink_dump[.]cpp$")
list(APPEND parts ${PROJECT_SOURCE_DIR}/shim/hooks/devices.cpp)
add_library(shim_parts OBJECT ${parts})
target_link_libraries(shim_parts PUBLIC tapstack_product shim_engine)
target_compile_options(shim_parts PRIVATE -ftls-model=initial-exec)
tapstack_hosted_pch(shim_parts)
tapstack_join(shim_parts)

tapstack_sources(sources shim EXCLUDE "/shim/(keeper|engine|common|netlink)/")
list(REMOVE_ITEM sources ${parts})
if(sources)
  add_library(tapstack_shim SHARED ${sources})
  set_target_properties(tapstack_shim PROPERTIES OUTPUT_NAME tapstack)
  tapstack_hosted_pch(tapstack_shim)
  tapstack_join(tapstack_shim)
  target_compile_options(tapstack_shim PRIVATE -ftls-model=initial-exec)
  if(TAPSTACK_SANITIZE)
    # A sanitizer's run time asks for limits before the memory that its checks use is there.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/shim/hooks/limits.cpp
                                PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
  endif()
  target_link_libraries(tapstack_shim PRIVATE shim_parts tapstack_product shim_engine tapif ${core} assert_abort)
  target_link_options(tapstack_shim PRIVATE
    # The unwinder of a cancelled thread is the shared one, whoever it unwinds: it must be the same.
    -static-libstdc++ -shared-libgcc LINKER:--exclude-libs,ALL LINKER:-z,now LINKER:-z,nodelete)
  if(NOT (TAPSTACK_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    # clang keeps the sanitizer's run time in the executable, so there the library has holes.
    target_link_options(tapstack_shim PRIVATE LINKER:--no-undefined)
  endif()
  file(GLOB exports CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/shim/exports.map)
  if(exports)
    target_link_options(tapstack_shim PRIVATE LINKER:--version-script,${exports})
    set_target_properties(tapstack_shim PROPERTIES LINK_DEPENDS ${exports})
  endif()
endif()

tapstack_sources(sources shim/keeper EXCLUDE "/main[.]cpp$")
add_library(keeper_parts OBJECT ${sources})
target_link_libraries(keeper_parts PUBLIC tapstack_product shim_engine)
add_executable(tapstack-keeper shim/keeper/main.cpp)
target_link_libraries(tapstack-keeper PRIVATE
  keeper_parts tapstack_product shim_engine tapif ${core} assert_abort)
target_link_options(tapstack-keeper PRIVATE -static-libstdc++ -static-libgcc)

tapstack_sources(sources tools EXCLUDE "/tools/packetdrill/")
if(sources)
  find_package(fmt REQUIRED)
  find_package(CLI11 REQUIRED)
  add_executable(tapstack ${sources})
  target_link_libraries(tapstack PRIVATE tapstack_product shim_engine tapif ${core} assert_abort
                                         CLI11::CLI11 fmt::fmt)
  # It computes nothing; CLI11 compiles in half the time.
  target_compile_options(tapstack PRIVATE -O0 $<$<CONFIG:RelWithDebInfo>:-g1>)
  tapstack_hosted_pch(tapstack)
  tapstack_join(tapstack)
endif()

# What packetdrill loads to test the stack in virtual time; its parts are an archive for their tests.
tapstack_sources(sources tools/packetdrill EXCLUDE "/library[.]cpp$")
tapstack_library(packetdrill_parts "${sources}")
target_link_libraries(packetdrill_parts ${kind} shim_engine ${core} Threads::Threads ${CMAKE_DL_LIBS})
tapstack_hosted_pch(packetdrill_parts)
tapstack_join(packetdrill_parts)
if(sources)
  add_library(tapstack_packetdrill SHARED tools/packetdrill/library.cpp)
  target_link_libraries(tapstack_packetdrill PRIVATE tapstack_product packetdrill_parts assert_abort)
  target_link_options(tapstack_packetdrill PRIVATE LINKER:--exclude-libs,ALL)
endif()
