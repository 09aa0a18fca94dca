/**
 * Host names that are never public: cloud metadata services, and names that hosts files define for this
 * machine and its network.
 *
 * @module
 */

import { withoutRoot } from "./host_patterns.ts";

const METADATA: ReadonlySet<string> = new Set([
  // Google Cloud; its search domain completes the short name.
  ...["metadata.google.internal", "metadata.goog", "metadata", "metadata.google"],
  // Amazon EC2
  ...["instance-data", "instance-data.ec2.internal"],
  // Tencent, IBM, Rancher
  ...["metadata.tencentyun.com", "api.metadata.cloud.ibm.com", "rancher-metadata"],
]);

const LOCAL: ReadonlySet<string> = new Set([
  // Debian and Red Hat
  ...["localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "ipv6-localhost"],
  ...["ipv6-loopback", "localhost.localdomain", "localhost4.localdomain4"],
  ...["localhost6.localdomain6", "localhost.localdomain4", "localhost.localdomain6"],
  ...["ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts"],
  // macOS, Docker Desktop, Podman
  ...["broadcasthost", "host.docker.internal", "gateway.docker.internal"],
  ...["kubernetes.docker.internal", "host.containers.internal"],
]);

/** Returns the purpose of the host of a URL if it is such a name, with or without a final dot. */
export function privateName(hostname: string): string | undefined {
  const name = withoutRoot(hostname);
  if (METADATA.has(name)) return "cloud metadata";
  return LOCAL.has(name) ? "hosts file" : undefined;
}
