/* error.h: how a function reports that the world (a file, a setting, the network, a request) was
 * not as expected.
 *
 * A function that can fail in that way returns enum status and takes `struct error *error` as its
 * last argument, never NULL. On failure it fills `error->text` with one sentence that is fit to
 * print as it stands: file and line if there are any, what was expected, what was found, what to
 * do. On success it leaves `error` alone. A programmer's mistake is an assert (base/assert.h);
 * running out of memory ends the process (base/alloc.h). */
#ifndef MATINEE_BASE_ERROR_H
#define MATINEE_BASE_ERROR_H

enum status {
    STATUS_OK = 0,
    STATUS_BAD_INPUT, /* content of a file or request is not as the format demands; command line:
                         exit 1 */
    STATUS_NOT_FOUND, /* no such file, data set, model, user, item */
    STATUS_IO,        /* the operating system refused: full disk, permissions, network */
    STATUS_LIMIT,     /* more than memory or a stated limit allows */
    STATUS_BAD_USAGE, /* unknown setting, value out of range, wrong arguments; command line: exit 2
                       */
    STATUS_CANCELLED, /* stopped on request (Ctrl-C); what was asked to be kept has been kept */
};

struct error {
    enum status status;
    char text[1024];
};

/* Fills error and returns status, so that a failing function ends with `return error_set(...)`. */
__attribute__((format(printf, 3, 4))) enum status error_set(struct error *error, enum status status,
                                                            const char *format, ...);

/* Puts "prefix: " before the text that error already has; returns error->status. */
__attribute__((format(printf, 2, 3))) enum status error_prefix(struct error *error,
                                                               const char *format, ...);

#ifdef __clang_analyzer__
/* The analyser looks at one file at a time: here it learns that a failure is never STATUS_OK. */
#define error_set(error, status, ...) (error_set(error, status, __VA_ARGS__), (status))
#define error_prefix(error, ...) (error_prefix(error, __VA_ARGS__), STATUS_BAD_INPUT)
#endif

/* Forwards a failure to the caller: TRY(file_open(&file, path, error)); */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum status try_status_ = (call);                                                          \
        if (try_status_ != STATUS_OK)                                                              \
            return try_status_;                                                                    \
    } while (0)

#endif
