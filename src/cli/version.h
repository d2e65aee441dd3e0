/* version.h: what `matinee --version` says. */
#ifndef MATINEE_CLI_VERSION_H
#define MATINEE_CLI_VERSION_H

/* From CMakeLists.txt, project(). */
#define VERSION_TEXT MATINEE_VERSION

#endif
