/* scratch_folder.c: see scratch_folder.h. Folders are called by the process that made them. Checked
 * by tests/cli/multirun.t. */
#include "base/scratch_folder.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

static void sweep_up(const char *temporary, const char *beginning, struct arena *arena) {
    const char *const *names;
    size_t count;
    struct error ignored; /* what cannot be removed stays */
    if (files_list(temporary, arena, &names, &count, &ignored) != STATUS_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], beginning, strlen(beginning)) != 0)
            continue;
        long process = strtol(names[i] + strlen(beginning), NULL, 10);
        if (process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH)
            files_remove_folder(files_join(arena, temporary, names[i]), &ignored);
    }
}

enum status scratch_folder_make(const char **path, const char *purpose, struct arena *arena,
                                struct error *error) {
    const char *temporary = getenv("TMPDIR");
    temporary = temporary && *temporary ? temporary : "/tmp";
    const char *beginning = arena_format(arena, "matinee-%s-", purpose);
    sweep_up(temporary, beginning, arena);
    char *folder = arena_format(arena, "%s/%s%ld-XXXXXX", temporary, beginning, (long)getpid());
    if (!mkdtemp(folder))
        return error_set(error, STATUS_IO, "%s: no folder can be made", folder);
    *path = folder;
    return STATUS_OK;
}
