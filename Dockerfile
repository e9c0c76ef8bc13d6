# racknet/ip: one static executable, /racknet, with the Python interpreter and all that it needs inside. docs/maintainers/executable.md
# tells how it is made. All stages but the last run on the builder's own kind of machine, and link for the target's.

FROM --platform=$BUILDPLATFORM debian:trixie-slim AS tools
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    gcc libc6-dev libpython3.13-dev python3.13 python3-pip python3-setuptools python3-typer >/dev/null

# What is not in libpython, as sources. The way to PyPI may need a certificate that only the builder's machine knows.
FROM tools AS sources
WORKDIR /objects
COPY packaging/executable/requirements.txt .
RUN --mount=type=secret,id=certificates <<END
set -eu
if [ -e /run/secrets/certificates ]; then export PIP_CERT=/run/secrets/certificates; fi
pip download -qq --no-deps --no-build-isolation --no-binary :all: --require-hashes -r requirements.txt
for archive in *.tar.gz; do tar xf "$archive"; done
mv netifaces_plus-*/netifaces psutil-*/psutil .
END

# The modules, which are the same on every machine.
FROM sources AS frozen
WORKDIR /executable
COPY packaging/executable .
COPY racknet /racknet/racknet
RUN python3.13 freeze.py /racknet shims /objects /usr/lib/python3/dist-packages

# The target's compiler and libraries, and the sources compiled with them.
FROM sources AS objects
ARG TARGETARCH
ARG TARGETVARIANT
RUN <<END
set -eu
case $TARGETARCH$TARGETVARIANT in # Debian's name of it, and GNU's
amd64) debian=amd64 gnu=x86_64-linux-gnu ;;
arm64) debian=arm64 gnu=aarch64-linux-gnu ;;
armv7) debian=armhf gnu=arm-linux-gnueabihf ;;
ppc64le) debian=ppc64el gnu=powerpc64le-linux-gnu ;;
riscv64) debian=riscv64 gnu=riscv64-linux-gnu ;;
s390x) debian=s390x gnu=s390x-linux-gnu ;;
*) echo "racknet is not built for $TARGETARCH$TARGETVARIANT, but for amd64, arm64, armv7, ppc64le, riscv64 and s390x" >&2; exit 1 ;;
esac
if [ $debian != "$(dpkg --print-architecture)" ]; then
    dpkg --add-architecture $debian
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "gcc-$(echo $gnu | tr _ -)" libc6-dev-$debian-cross >/dev/null
    # Without what its shared library would need: this is linked statically.
    apt-get download -qq libpython3.13-dev:$debian
    dpkg --unpack --force-depends libpython3.13-dev_*_$debian.deb >/tmp/dpkg 2>&1 || { cat /tmp/dpkg >&2; exit 1; }
fi
ln -s "$(command -v $gnu-gcc)" /usr/local/bin/target-gcc
# Unwinding tables are for C++ and debuggers; a static program would go through all of them as it starts.
$gnu-objcopy --remove-section .eh_frame /usr/lib/python3.13/config-3.13-$gnu/libpython3.13.a /usr/local/lib/libpython.a
version=$(echo psutil-*.tar.gz | tr -cd 0-9)
for file in netifaces/_netifaces.c psutil/_psutil_common.c psutil/_psutil_posix.c psutil/_psutil_linux.c psutil/arch/linux/*.c; do
    target-gcc -c -O2 -ffunction-sections -fdata-sections -I/usr/include/python3.13 -Ipsutil \
        -DHAVE_GETIFADDRS=1 -DHAVE_GETNAMEINFO=1 -DHAVE_NETPACKET_PACKET_H=1 -DHAVE_SOCKADDR_IN6=1 -DHAVE_SOCKADDR_LL=1 \
        -DPSUTIL_POSIX=1 -DPSUTIL_LINUX=1 -DPSUTIL_SIZEOF_PID_T=4 -DPSUTIL_VERSION="$version" \
        "$file" -o "$(echo "$file" | tr / _).o"
done
END

FROM objects AS executable
COPY --from=frozen /executable /executable
WORKDIR /executable
RUN <<END
set -eu
# Nothing registers the C library's unwinding tables: wrapped, the function is one that is not there, and is not called.
# The allocators and the garbage collector are wrapped by main.c's.
target-gcc -static -s -O2 -ffunction-sections -Wl,--gc-sections,-Map=racknet.map \
    -Wl,--wrap=__register_frame_info,--wrap=__deregister_frame_info \
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=_Py_RunGC \
    -I/usr/include/python3.13 -o racknet main.c frozen.c /objects/*.o /usr/local/lib/libpython.a -lm
END
# The same commit gives the same file, byte for byte, and the same date.
ARG SOURCE_DATE_EPOCH
RUN chmod 755 racknet && touch ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"} racknet

# What the executable is made of, for its bill of materials: packages with their versions, and their licences.
FROM executable AS collected
RUN ./collect_materials.sh /materials
FROM scratch AS materials
COPY --from=collected /materials /

FROM scratch AS image
COPY --from=executable /executable/racknet /racknet
USER 65534:65534
ENTRYPOINT ["/racknet"]
