/* process.c: see process.h. Checked by tests/base/test_process.c. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

const char *process_self(struct arena *arena) {
    char path[PATH_MAX];
    static const char self[] = "/proc/self/exe";
    const ssize_t length = readlink(self, path, sizeof path - 1);
    if (length <= 0)
        return "matinee";
    path[length] = '\0';
    /* The file was replaced, as by an upgrade: the link still leads to what runs. */
    return access(path, X_OK) == 0 ? arena_copy(arena, path) : self;
}

/* Whether a present "NAME=value" is replaced by one of `more`. */
static bool is_replaced(const char *present, const char *const *more) {
    size_t length = strcspn(present, "=") + 1;
    for (size_t i = 0; more && more[i]; i++)
        if (strncmp(present, more[i], length) == 0)
            return true;
    return false;
}

static char **environment_with(const char *const *more, struct arena *arena) {
    size_t count = 0, more_count = 0, used = 0;
    while (environ[count])
        count++;
    while (more && more[more_count])
        more_count++;
    char **all = ARENA_ARRAY(arena, char *, count + more_count + 1);
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(environ[i], more))
            all[used++] = environ[i];
    for (size_t i = 0; i < more_count; i++)
        all[used++] = arena_copy(arena, more[i]);
    return all;
}

static char **words_of(const struct process_start *start, struct arena *arena) {
    size_t count = 0;
    while (start->words[count])
        count++;
    char **words = ARENA_ARRAY(arena, char *, count + 2);
    words[0] = arena_copy(arena, start->program);
    for (size_t i = 0; i < count; i++)
        words[i + 1] = arena_copy(arena, start->words[i]);
    return words;
}

enum status process_start(pid_t *process, const struct process_start *start, struct error *error) {
    struct arena arena = {0};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t usual;
    sigemptyset(&usual);
    ASSERT(posix_spawn_file_actions_init(&files) == 0 && posix_spawnattr_init(&attributes) == 0);
    const char *output = start->output ? start->output : "/dev/null";
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC,
                                     0666);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    int code = posix_spawnp(process, start->program, &files, &attributes, words_of(start, &arena),
                            environment_with(start->environment, &arena));
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    arena_release(&arena);
    if (code == 0)
        return STATUS_OK;
    return error_set(error, code == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "cannot start %s: %s",
                     start->program, strerror(code));
}

static int code_of(int state) {
    return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

bool process_ended(pid_t process, int *code) {
    int state;
    if (waitpid(process, &state, WNOHANG) != process)
        return false;
    *code = code_of(state);
    return true;
}

int process_wait(pid_t process) {
    int state;
    while (waitpid(process, &state, 0) != process)
        if (errno != EINTR)
            return 127; /* somebody else has waited for it */
    return code_of(state);
}

void process_stop(pid_t process) { kill(process, SIGTERM); }

void process_kill(pid_t process) { kill(process, SIGKILL); }

size_t process_resident_bytes(pid_t process) {
    char path[64];
    unsigned long long all, resident = 0, shared = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu %llu", &all, &resident, &shared) != 3 || shared > resident)
        resident = shared = 0;
    fclose(file);
    return (size_t)(resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

#define OOM_SCORE "500" /* of 1000 */

void process_yield(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)process);
    FILE *file = fopen(path, "we");
    if (!file)
        return; /* it has ended, or there is no such thing here */
    fputs(OOM_SCORE, file);
    fclose(file);
}

void process_follow_parent(void) {
    pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it ended in between */
        raise(SIGTERM);
}
