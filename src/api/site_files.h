/* site_files.h: the built files of the page of web/, as bytes of the program. */
#ifndef MATINEE_API_SITE_FILES_H
#define MATINEE_API_SITE_FILES_H

#include <stddef.h>

/* Both forms of a file; a client that takes "br" is sent the brotli one. */
struct site_file {
    const char *path; /* "index.html", "assets/NAME" */
    const char *content_type;
    const char *plain, *plain_end, *brotli, *brotli_end;
};

/* NULL: there is no such file. */
const struct site_file *site_files_find(const char *path);

#endif
