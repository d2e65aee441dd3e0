/* school.h: a small world for trainings: 48 people and 40 films in four circles of twelve and ten,
 * a folder, an als model that was trained on rows of no pattern, and a store of what people did
 * since, which is all within their circles. The program itself trains. */
#ifndef MATINEE_TESTS_SERVICE_SCHOOL_H
#define MATINEE_TESTS_SERVICE_SCHOOL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/process.h"
#include "service/live.h"
#include "service/service_internal.h"
#include "service/service_learning.h"

enum { SCHOOL_PEOPLE = 48, SCHOOL_FILMS = 40, SCHOOL_CIRCLES = 4 };

struct school {
    struct arena arena;
    struct error error;
    const char *folder, *program, *model, *runs;
    struct service *service;
};

static inline void school_check(struct school *school, enum status status) {
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "school: %s\n", school->error.text);
    abort();
}

/* The program that was built beside this test. */
static inline const char *school_program(struct arena *arena) {
    const char *self = process_self(arena);
    return arena_format(arena, "%.*s/matinee", (int)(strrchr(self, '/') - self), self);
}

static inline void school_write_data(struct school *school, const char *path) {
    unsigned seed = 7;
    FILE *file = fopen(path, "w");
    fprintf(file, "userId,movieId,rating,timestamp\n");
    for (int user = 0; user < SCHOOL_PEOPLE; user++)
        for (int n = 0; n < 6; n++) {
            seed = seed * 1103515245u + 12345u;
            fprintf(file, "%d,%d,%d.5,%d\n", user + 1, 1 + (int)(seed >> 16) % SCHOOL_FILMS,
                    1 + n % 4, 1000000000 + 60 * (user * 6 + n));
        }
    fclose(file);
    (void)school;
}

static inline void school_train(struct school *school, const char *data) {
    const char *const words[] = {"train",
                                 "als",
                                 arena_format(&school->arena, "data=%s", data),
                                 "model.factors=8",
                                 "trainer.final_fit=true",
                                 "--no-record",
                                 "--quiet",
                                 "--out",
                                 school->model,
                                 NULL};
    const char *log = files_join(&school->arena, school->folder, "log");
    const struct process_start start = {.program = school->program, .words = words, .output = log};
    pid_t process;
    school_check(school, process_start(&process, &start, &school->error));
    if (process_wait(process) != 0) {
        fprintf(stderr, "school: %s train failed; see %s\n", school->program, log);
        abort();
    }
}

/* A like of everybody, and of as many newcomers, on each of `days`, within their circles. */
static inline void school_live(struct school *school, int days) {
    enum { ALL = 2 * SCHOOL_PEOPLE };
    char ids[ALL][8], items[ALL][8];
    struct feedback_event events[ALL];
    for (int day = 0; day < days; day++) {
        for (int person = 0; person < ALL; person++) {
            const int circle = person % SCHOOL_CIRCLES;
            const int film = circle * 10 + (person / SCHOOL_CIRCLES + day) % 10;
            snprintf(ids[person], sizeof ids[person], "%d", person + 1);
            snprintf(items[person], sizeof items[person], "%d", film + 1);
            events[person] = (struct feedback_event){.person = ids[person],
                                                     .item = items[person],
                                                     .kind = FEEDBACK_RATING,
                                                     .value = 4.5,
                                                     .time = 1700000000 + 86400 * day + person,
                                                     .hour = -1};
        }
        school_check(school,
                     live_append(service_live(school->service), events, ALL, &school->error));
    }
}

/* `program` NULL: the real one trains. */
static inline void school_open(struct school *school, const char *program,
                               const struct learning_options *options) {
    static char folder[] = "/tmp/matinee-school-XXXXXX";
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    *school = (struct school){0};
    school->folder = arena_copy(&school->arena, mkdtemp(folder));
    school->program = school_program(&school->arena);
    school->model = files_join(&school->arena, school->folder, "als.safetensors");
    school->runs = files_join(&school->arena, school->folder, "runs.db");
    const char *data = files_join(&school->arena, school->folder, "ratings.csv");
    school_write_data(school, data);
    school_train(school, data);
    struct learning_options all = *options;
    all.program = program ? program : school->program;
    all.runs = school->runs;
    school_check(school, service_create(&school->service, &school->error));
    school_check(school, service_load(school->service, school->model, "als", &school->error));
    school_check(school, service_open_store(school->service,
                                            files_join(&school->arena, school->folder, "people.db"),
                                            &school->error));
    school_check(school, service_learning_begin(school->service, &all, &school->error));
}

static inline void school_close(struct school *school) {
    struct error ignored;
    service_destroy(school->service);
    files_remove_folder(school->folder, &ignored);
    arena_release(&school->arena);
}

/* A program that does something else in place of training. */
static inline const char *school_script(const char *text, struct arena *arena) {
    char path[] = "/tmp/matinee-script-XXXXXX";
    const int descriptor = mkstemp(path);
    dprintf(descriptor, "#!/bin/sh\n%s\n", text);
    fchmod(descriptor, 0700);
    close(descriptor);
    return arena_copy(arena, path);
}

static inline struct learning_job school_newest(struct school *school) {
    struct learning_job *list;
    struct arena arena = {0};
    const size_t count = service_learning_jobs(school->service, &list, &arena);
    const struct learning_job job = count > 0 ? list[0] : (struct learning_job){0};
    arena_release(&arena);
    return job;
}

static inline void school_sleep(void) { nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); }

/* The newest job when it has ended; a minute at most. */
static inline struct learning_job school_wait(struct school *school) {
    struct learning_job job = school_newest(school);
    for (int i = 0; i < 3000 && !(job.number > 0 && service_learning_is_end(job.state)); i++) {
        school_sleep();
        job = school_newest(school);
    }
    return job;
}

#endif
