# racknet/ip: one static executable, /racknet, with the Python interpreter and all that it needs inside.

FROM debian:trixie-slim AS tools
RUN <<END
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends >/dev/null \
    gcc libc6-dev libpython3.13-dev zlib1g-dev python3.13 python3-pip python3-setuptools python3-typer
END

# What is not in libpython, from its sources. The way to PyPI may need a certificate that only the builder's machine knows.
FROM tools AS objects
WORKDIR /objects
COPY executable/requirements.txt .
RUN --mount=type=secret,id=certificates <<END
set -eu
if [ -e /run/secrets/certificates ]; then export PIP_CERT=/run/secrets/certificates; fi
pip download -qq --no-deps --no-build-isolation --no-binary :all: --require-hashes -r requirements.txt
for archive in *.tar.gz; do tar xf "$archive"; done
mv netifaces_plus-*/netifaces psutil-*/psutil .
version=$(echo psutil-*.tar.gz | tr -cd 0-9)
cc="gcc -c -O2 -ffunction-sections -fdata-sections -I/usr/include/python3.13 -Ipsutil
    -DHAVE_GETIFADDRS=1 -DHAVE_GETNAMEINFO=1 -DHAVE_NETPACKET_PACKET_H=1 -DHAVE_SOCKADDR_IN6=1 -DHAVE_SOCKADDR_LL=1
    -DPSUTIL_POSIX=1 -DPSUTIL_LINUX=1 -DPSUTIL_SIZEOF_PID_T=4 -DPSUTIL_VERSION=$version"
for file in netifaces/_netifaces.c psutil/_psutil_common.c psutil/_psutil_posix.c psutil/_psutil_linux.c psutil/arch/linux/*.c; do
    $cc "$file" -o "$(echo "$file" | tr / _).o"
done
# Unwinding tables are for C++ and debuggers; a static program goes through all of them as it starts.
objcopy --remove-section .eh_frame /usr/lib/python3.13/config-3.13-*/libpython3.13.a libpython.a
END

FROM objects AS executable
WORKDIR /executable
COPY executable .
COPY racknet /racknet/racknet
RUN <<END
set -eu
python3.13 freeze.py /racknet standins /objects /usr/lib/python3/dist-packages
gcc -static -s -O2 -ffunction-sections -Wl,--gc-sections -I/usr/include/python3.13 -o racknet main.c frozen.c /objects/*.o \
    /objects/libpython.a -lz -lm
END

FROM scratch
COPY --from=executable /executable/racknet /racknet
USER 65534:65534
ENTRYPOINT ["/racknet"]
