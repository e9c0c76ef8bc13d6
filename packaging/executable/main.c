/* Starts the interpreter that is linked in, with the modules that are frozen in, and calls racknet.__main__: try_fast_path()
   for a plain query, and main() for all else.

   Nothing from outside counts: no environment variable of Python's, no file of a Python installation. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern const struct _frozen racknet_frozen[];

/* SIGINT and SIGTERM end the program at once, as process 1 of a container too, where the default is to ignore them. */
static void leave(int number) { _exit(128 + number); }

static void leave_at(int number) {
    struct sigaction action = {.sa_handler = leave}, before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

/* Memory that runs out ends the program, wherever it does. CPython passes the error on, but not everywhere: it may print a
   traceback, abort, or try again for ever. Linked with --wrap, these take the place of the C library's. */
void *__real_malloc(size_t), *__real_calloc(size_t, size_t), *__real_realloc(void *, size_t);

static _Noreturn void give_up(void) {
    static const char message[] = "racknet: there is too little memory\n"
                                  "hint: see ulimit -v, and what limits the memory of the container or the unit\n";
    (void)!write(2, message, sizeof message - 1);
    _exit(3);
}

static void *enough(void *memory, size_t size) {
    if (!memory && size)
        give_up();
    return memory;
}

void *__wrap_malloc(size_t size) { return enough(__real_malloc(size), size); }
void *__wrap_calloc(size_t count, size_t size) { return enough(__real_calloc(count, size), count && size); }
void *__wrap_realloc(void *before, size_t size) { return enough(__real_realloc(before, size), size); }

/* CPython's small objects come out of arenas of 1 MB, and one by one out of malloc() where there is no room for another
   arena. What else it takes here, for the frames of its functions, has no other place. */
static PyObjectArenaAllocator arenas;

static void *take_arena(void *context, size_t size) {
    static int count;
    void *memory = arenas.alloc(context, size);
    /* A host that needs several has thousands of interfaces, and will fill this one: its pages are had at once. */
    if (memory && ++count > 4)
        madvise(memory, size, MADV_POPULATE_WRITE);
    return size < 1 << 20 ? enough(memory, size) : memory;
}

/* The garbage collector would run once before PyGC_Disable() can be called. On the fast path nothing lives long enough to
   be worth it. */
static int is_fast_path = 1;
void __real__Py_RunGC(PyThreadState *);

void __wrap__Py_RunGC(PyThreadState *thread) {
    if (!is_fast_path)
        __real__Py_RunGC(thread);
}

static int fail(PyStatus status) {
    const char *why = status.err_msg ? status.err_msg : "unknown";
    (void)!write(2, "racknet: the interpreter does not start: ", 41);
    (void)!write(2, why, strlen(why));
    (void)!write(2, "\n", 1);
    return 70;
}

/* A word of the command line. There is no codec yet to fail on what is not UTF-8: those that are known are ASCII. */
static PyObject *word(const char *text) { return PyUnicode_DecodeLatin1(text, (Py_ssize_t)strlen(text), NULL); }

int main(int argc, char **argv) {
    leave_at(SIGINT);
    leave_at(SIGTERM);
    /* A closed pipe is an error of write(). What the caller ignores, `exec` lets the command ignore, too. */
    int pipe_was_ignored = signal(SIGPIPE, SIG_IGN) == SIG_IGN, size_was_ignored = signal(SIGXFSZ, SIG_IGN) == SIG_IGN;

    PyObject_GetArenaAllocator(&arenas);
    PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){arenas.ctx, take_arena, arenas.free});

    PyPreConfig preconfig;
    PyPreConfig_InitIsolatedConfig(&preconfig);
    preconfig.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&preconfig);
    if (PyStatus_Exception(status))
        return fail(status);

    PyImport_FrozenModules = racknet_frozen; /* beside libpython's own; _PyImport_Inittab takes the place of its */
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.write_bytecode = 0;
    config.pathconfig_warnings = 0;
    config.install_signal_handlers = 0;
    config.module_search_paths_set = 1; /* to nothing */
    config._init_main = 0;              /* half a start is enough for a plain query, and takes half the time */
    status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status)) /* with a home, no pyvenv.cfg, ._pth or pybuilddir.txt is looked for and read */
        status = PyConfig_SetBytesString(&config, &config.home, "/dev/null");
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        return fail(status);

    PyGC_Disable(); /* nothing lives long enough to be worth it */
    /* fast_path loads the module, and all that it imports, in a shorter way than `import`. */
    PyObject *module = PyImport_ImportFrozenModule("fast_path") == 1 ? PyImport_ImportModule("racknet.__main__") : NULL;
    if (module && (argc == 2 || argc == 3)) {
        PyObject *answered = argc == 3 ? PyObject_CallMethod(module, "try_fast_path", "NN", word(argv[1]), word(argv[2]))
                                       : PyObject_CallMethod(module, "try_fast_path", "N", word(argv[1]));
        if (answered == Py_True)
            _exit(0);
    }
    is_fast_path = 0;
    PyObject *error = PyErr_GetRaisedException();
    status = _Py_InitializeMain();
    if (PyStatus_Exception(status))
        return fail(status);

    PyObject *inherited = Py_BuildValue("(ii)", pipe_was_ignored ? SIGPIPE : 0, size_was_ignored ? SIGXFSZ : 0);
    if (inherited)
        PySys_SetObject("inherited_ignored", inherited);

    PyObject *result = module ? PyObject_CallMethod(module, "main", "O", error ? error : Py_None) : NULL;
    long number = result ? PyLong_AsLong(result) : -1;
    if (number < 0) { /* main() has caught all that it could */
        static const char message[] = "racknet: an unexpected error, please report it\n";
        (void)!write(2, message, sizeof message - 1);
        number = 70;
    }
    _exit((int)number); /* all is written, with write(); ending the interpreter in order takes a fifth of the time */
}
