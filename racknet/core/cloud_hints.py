"""Clouds that keep a public address behind 1:1 NAT: how to know and ask them. A new one is a line of PROVIDERS."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Mapping

# The files of /sys/class/dmi/id that any user may read, and that name a provider.
DMI_FILES = ("sys_vendor", "product_name", "bios_version", "chassis_asset_tag")


class Provider:
    """A provider: its name, the DMI string that names it, in which file, and the command that asks for the address.

    A `*` at the beginning of the string allows any beginning.
    """

    __slots__ = ("command", "dmi_file", "dmi_string", "name")

    def __init__(self, name: str, dmi_file: str, dmi_string: str, command: str) -> None:
        self.name, self.dmi_file, self.dmi_string, self.command = name, dmi_file, dmi_string, command


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

# One line each; above it, the sources of the string and of the command. "ds-identify" is cloud-init's.
PROVIDERS = [
    # docs.aws.amazon.com/AWSEC2/latest/UserGuide: identify_ec2_instances.html, instancedata-data-retrieval.html
    Provider("AWS", "sys_vendor", "Amazon EC2", AWS),
    # AWS's older machines, on Xen: "4.2.amazon", as Red Hat's insights-core (cloud_provider.py) knows them
    Provider("AWS", "bios_version", "*.amazon", AWS),
    # ds-identify; cloud.google.com/compute/docs/metadata/querying-metadata
    Provider("Google Cloud", "product_name", "Google Compute Engine", GOOGLE),
    # ds-identify; learn.microsoft.com/azure/load-balancer/howto-load-balancer-imds: addresses of the Standard SKU are
    # there, and not below /metadata/instance (github.com/MicrosoftDocs/azure-docs/issues/44314)
    Provider("Azure", "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", AZURE),
    # ds-identify; the metadata service names the instance, but only the API has its public address (docs.oracle.com)
    Provider("Oracle Cloud", "chassis_asset_tag", "OracleCloud.com", ORACLE),
    # ds-identify; cloud-init's doc/rtd/topics/datasources/aliyun.rst
    Provider("Alibaba Cloud", "product_name", "Alibaba Cloud ECS", ALIBABA),
    # the kernel's log there, "DMI: Tencent Cloud CVM"; www.tencentcloud.com/document/product/213/4934
    Provider("Tencent Cloud", "sys_vendor", "Tencent Cloud", TENCENT),
    # ds-identify; support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html
    Provider("Huawei Cloud", "chassis_asset_tag", "HUAWEICLOUD", EC2),
    # ds-identify; docs.otc.t-systems.com/en-us/usermanual/ecs/en-us_topic_0042400609.html
    Provider("Open Telekom Cloud", "chassis_asset_tag", "OpenTelekomCloud", EC2),
    # the kernel's log there, "DMI: Yandex xeon-…"; yandex.cloud/en/docs/compute/concepts/metadata/directories
    Provider("Yandex Cloud", "sys_vendor", "Yandex", GOOGLE),
    # ds-identify; Scaleway's own scw-metadata reads the same
    Provider("Scaleway", "sys_vendor", "Scaleway", SCALEWAY),
    # ds-identify; docs.openstack.org/nova/latest/user/metadata.html
    Provider("OpenStack", "product_name", "OpenStack Nova", EC2),
    Provider("OpenStack", "product_name", "OpenStack Compute", EC2),
]


def find_provider(strings: Mapping[str, str]) -> Provider | None:
    """Return the provider that the DMI strings of a machine name, by their files; None where they name none."""
    for provider in PROVIDERS:
        found, wanted = strings.get(provider.dmi_file, ""), provider.dmi_string
        if found == wanted or (wanted.startswith("*") and found.endswith(wanted[1:])):
            return provider
    return None
