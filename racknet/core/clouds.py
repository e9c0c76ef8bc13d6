"""Clouds that keep a public address behind 1:1 NAT: how to know and ask them. A new one is a line of PROVIDERS."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Mapping, Sequence

# The files of /sys/class/dmi/id that any user may read, and that name a provider.
DMI_FILES = ("sys_vendor", "product_name", "bios_version", "chassis_asset_tag")


class Tree:
    """Where addresses stand in a service whose paths are folders with a name a line, and values.

    The names in `folders`, one below the other, take the places of {0} and {1} in the paths that follow. `public` and
    `private` are such paths, or one of these names itself. `private` is "" where the service does not tell it.
    """

    __slots__ = ("folders", "private", "public")

    def __init__(self, public: str, private: str = "", folders: Sequence[str] = ()) -> None:
        self.public, self.private, self.folders = public, private, folders


class Document:
    """Where addresses stand in a JSON document at a path: at the keys `at`, through all lists, then at two more."""

    __slots__ = ("at", "path", "private", "public")

    def __init__(self, path: str, at: str, public: str, private: str) -> None:
        self.path, self.at, self.public, self.private = path, at, public, private


class Metadata:
    """A metadata service: its address, the headers of a request, and where in its answers the addresses stand.

    `session` is the header of a session's token, which is asked for first; "" where none is.
    """

    __slots__ = ("address", "headers", "places", "session")

    def __init__(
        self, address: str, *places: Tree | Document, headers: Mapping[str, str] | None = None, session: str = ""
    ) -> None:
        self.address, self.places, self.headers, self.session = address, places, headers or {}, session


class Provider:
    """A provider: its name, the DMI string that names it, in which file, and the command that asks for the address.

    A `*` at the beginning of the string allows any beginning. `metadata` is what `--ask-provider` asks, None where that
    does not have the address.
    """

    __slots__ = ("command", "dmi_file", "dmi_string", "metadata", "name")

    def __init__(
        self, name: str, dmi_file: str, dmi_string: str, command: str, metadata: Metadata | None = None
    ) -> None:
        self.name, self.dmi_file, self.dmi_string, self.command = name, dmi_file, dmi_string, command
        self.metadata = metadata


# The commands ask for what is true now. `cloud-init query` has what was true at boot, before an address was moved.
EC2 = "curl -sf http://169.254.169.254/latest/meta-data/public-ipv4"
AWS_SESSION = "$(curl -sfX PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 http://169.254.169.254/latest/api/token)"
AWS = f'curl -sfH "X-aws-ec2-metadata-token:{AWS_SESSION}" http://169.254.169.254/latest/meta-data/public-ipv4'
GOOGLE = (
    "curl -sfH Metadata-Flavor:Google "
    "http://169.254.169.254/computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip"
)
AZURE = "curl -sfH Metadata:true --noproxy '*' 'http://169.254.169.254/metadata/loadbalancer?api-version=2020-10-01'"
ORACLE_INSTANCE = "$(curl -sfH 'Authorization: Bearer Oracle' http://169.254.169.254/opc/v2/instance/id)"
ORACLE = f'oci compute instance list-vnics --instance-id "{ORACLE_INSTANCE}"'

ALIBABA = "curl -sf http://100.100.100.200/latest/meta-data/eipv4"
TENCENT = "curl -sf http://metadata.tencentyun.com/latest/meta-data/public-ipv4"
SCALEWAY = "curl -sf http://169.254.42.42/conf | grep ^PUBLIC_IP_ADDRESS="

# What `--ask-provider` asks: the same services, for all NICs, each public address with its private one.
LINK_LOCAL = "169.254.169.254"
NICS, VALUES = "/latest/meta-data/network/interfaces/macs/", "/latest/meta-data/"
GOOGLE_NICS = "/computeMetadata/v1/instance/network-interfaces/"
# instancedata-data-categories.html: network/interfaces/macs/mac/ipv4-associations/public-ip has "the private IPv4
# addresses that are associated with each public IP address". configuring-instance-metadata-service.html: IMDSv2.
AWS_METADATA = Metadata(
    LINK_LOCAL,
    Tree("{1}", NICS + "{0}/ipv4-associations/{1}", [NICS, NICS + "{0}/ipv4-associations/"]),
    session="X-aws-ec2-metadata-token",
)
# cloud.google.com/compute/docs/metadata/predefined-metadata-keys (network-interfaces/); and Yandex Cloud's
# concepts/metadata/directories, with the same keys
GOOGLE_METADATA = Metadata(
    LINK_LOCAL,
    Tree(GOOGLE_NICS + "{0}/access-configs/0/external-ip", GOOGLE_NICS + "{0}/ip", [GOOGLE_NICS]),
    headers={"Metadata-Flavor": "Google"},
)
# howto-load-balancer-imds (Standard SKU), and virtual-machines/instance-metadata-service (Basic SKU)
AZURE_METADATA = Metadata(
    LINK_LOCAL,
    Document(
        "/metadata/loadbalancer?api-version=2020-10-01",
        "loadbalancer.publicIpAddresses",
        "frontendIpAddress",
        "privateIpAddress",
    ),
    Document(
        "/metadata/instance/network?api-version=2021-02-01",
        "interface.ipv4.ipAddress",
        "publicIpAddress",
        "privateIpAddress",
    ),
    headers={"Metadata": "true"},
)
# www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata: the security hardening mode, which all instances
# have; eipv4 is the instance's, private-ipv4 its primary NIC's
ALIBABA_METADATA = Metadata(
    "100.100.100.200", Tree(VALUES + "eipv4", VALUES + "private-ipv4"), session="X-aliyun-ecs-metadata-token"
)
# www.tencentcloud.com/document/product/213/4934; metadata.tencentyun.com is 169.254.0.23, as DataDog's agent
# (pkg/util/cloudproviders/tencent) has it, too
TENCENT_METADATA = Metadata(
    "169.254.0.23",
    Tree(NICS + "{0}/local-ipv4s/{1}/public-ipv4", "{1}", [NICS, NICS + "{0}/local-ipv4s/"]),
)
# Nova's api/metadata/base.py: the first floating address, and no word for which fixed one
OPENSTACK_METADATA = Metadata(LINK_LOCAL, Tree(VALUES + "public-ipv4"))
# cloud-init's DataSourceScaleway, and coreos/afterburn's providers/scaleway, which has both keys
SCALEWAY_METADATA = Metadata("169.254.42.42", Document("/conf?format=json", "", "public_ip.address", "private_ip"))

# One line each; above it, the sources of the string and of the command. "ds-identify" is cloud-init's.
PROVIDERS = [
    # docs.aws.amazon.com/AWSEC2/latest/UserGuide: identify_ec2_instances.html, instancedata-data-retrieval.html
    Provider("AWS", "sys_vendor", "Amazon EC2", AWS, AWS_METADATA),
    # AWS's older machines, on Xen: "4.2.amazon", as Red Hat's insights-core (cloud_provider.py) knows them
    Provider("AWS", "bios_version", "*.amazon", AWS, AWS_METADATA),
    # ds-identify; cloud.google.com/compute/docs/metadata/querying-metadata
    Provider("Google Cloud", "product_name", "Google Compute Engine", GOOGLE, GOOGLE_METADATA),
    # ds-identify; learn.microsoft.com/azure/load-balancer/howto-load-balancer-imds: addresses of the Standard SKU are
    # there, and not below /metadata/instance (github.com/MicrosoftDocs/azure-docs/issues/44314)
    Provider("Azure", "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", AZURE, AZURE_METADATA),
    # ds-identify; the metadata service names the instance, but only the API has its public address (docs.oracle.com)
    Provider("Oracle Cloud", "chassis_asset_tag", "OracleCloud.com", ORACLE),
    # ds-identify; cloud-init's doc/rtd/topics/datasources/aliyun.rst
    Provider("Alibaba Cloud", "product_name", "Alibaba Cloud ECS", ALIBABA, ALIBABA_METADATA),
    # the kernel's log there, "DMI: Tencent Cloud CVM"; www.tencentcloud.com/document/product/213/4934
    Provider("Tencent Cloud", "sys_vendor", "Tencent Cloud", TENCENT, TENCENT_METADATA),
    # ds-identify; support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html
    Provider("Huawei Cloud", "chassis_asset_tag", "HUAWEICLOUD", EC2, OPENSTACK_METADATA),
    # ds-identify; docs.otc.t-systems.com/en-us/usermanual/ecs/en-us_topic_0042400609.html
    Provider("Open Telekom Cloud", "chassis_asset_tag", "OpenTelekomCloud", EC2, OPENSTACK_METADATA),
    # the kernel's log there, "DMI: Yandex xeon-…"; yandex.cloud/en/docs/compute/concepts/metadata/directories
    Provider("Yandex Cloud", "sys_vendor", "Yandex", GOOGLE, GOOGLE_METADATA),
    # ds-identify; Scaleway's own scw-metadata reads the same
    Provider("Scaleway", "sys_vendor", "Scaleway", SCALEWAY, SCALEWAY_METADATA),
    # ds-identify; docs.openstack.org/nova/latest/user/metadata.html
    Provider("OpenStack", "product_name", "OpenStack Nova", EC2, OPENSTACK_METADATA),
    Provider("OpenStack", "product_name", "OpenStack Compute", EC2, OPENSTACK_METADATA),
]


def find_provider(strings: Mapping[str, str]) -> Provider | None:
    """Return the provider that the DMI strings of a machine name, by their files; None where they name none."""
    for provider in PROVIDERS:
        found, wanted = strings.get(provider.dmi_file, ""), provider.dmi_string
        if found == wanted or (wanted.startswith("*") and found.endswith(wanted[1:])):
            return provider
    return None
