# What `make install` puts below the prefix: the library, the keeper, the command and its man pages
# for users, with the library for packetdrill; the core as one archive with its headers for embedders;
# the interop fixtures for testers.

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tapstack)
set(header_dir ${CMAKE_INSTALL_INCLUDEDIR}/tapstack)
string(TOUPPER TAPSTACK_PROFILE_${TAPSTACK_PROFILE} profile_macro)

if(TARGET tapstack_shim)
  install(TARGETS tapstack_shim LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET tapstack)
  install(TARGETS tapstack RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET tapstack_packetdrill)
  install(TARGETS tapstack_packetdrill LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET tapstack-keeper)
  install(TARGETS tapstack-keeper RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tapstack)
endif()
foreach(section 1 5 7 8)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The core in the chosen profile.
set(core_objects)
foreach(folder ${core_folders} port)
  get_target_property(type core_${folder}_${TAPSTACK_PROFILE} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND core_objects $<TARGET_OBJECTS:core_${folder}_${TAPSTACK_PROFILE}>)
  endif()
endforeach()
if(core_objects)
  add_library(tapstack_core_archive STATIC ${core_objects})
  set_target_properties(tapstack_core_archive PROPERTIES OUTPUT_NAME tapstack_core LINKER_LANGUAGE CXX)
  install(TARGETS tapstack_core_archive ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(FILES config.h DESTINATION ${header_dir})
install(DIRECTORY core DESTINATION ${header_dir} FILES_MATCHING PATTERN "*.h")

configure_file(${CMAKE_CURRENT_LIST_DIR}/tapstack.pc.in ${CMAKE_BINARY_DIR}/gen/tapstack.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/gen/tapstack.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
include(CMakePackageConfigHelpers)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/tapstackConfig.cmake.in ${CMAKE_BINARY_DIR}/gen/tapstackConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/gen/tapstackConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/gen/tapstackConfig.cmake
              ${CMAKE_BINARY_DIR}/gen/tapstackConfigVersion.cmake DESTINATION ${package_dir})

# Fixtures for interop tests of one's own. `install_extras` builds what of it is no part of `all`.
file(GLOB fixtures CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/interop/tapstack_interop/*.py)
set(interop_dir ${CMAKE_INSTALL_DATADIR}/tapstack/interop)
install(FILES ${fixtures} DESTINATION ${interop_dir}/tapstack_interop)
install(FILES tests/interop/README.md DESTINATION ${interop_dir})
install(DIRECTORY tests/interop/example DESTINATION ${interop_dir} FILES_MATCHING PATTERN "*.py")
install(PROGRAMS ${CMAKE_BINARY_DIR}/tapstack-peer DESTINATION ${CMAKE_INSTALL_BINDIR} OPTIONAL)
add_custom_target(install_extras)
if(TARGET tapstack-peer)
  add_dependencies(install_extras tapstack-peer)
endif()
