/* SPDX-License-Identifier: Apache-2.0 */
/* Server strings that clients send or could be made to send, and the host that they mean, or NULL
 * if it is not an Azure registry. The seeds of the fuzz target are made from the same rows. */
#ifndef TESTS_HOSTS_H
#define TESTS_HOSTS_H

#include <stddef.h>

struct host_row {
	const char *bytes;
	size_t length;
	const char *host; /* NULL: not an Azure registry */
};

#define OURS(bytes, host) { bytes, sizeof(bytes) - 1, host },
#define OTHER(bytes)	  { bytes, sizeof(bytes) - 1, NULL },
#define TEN(x)		  x x x x x x x x x x
#define LABEL_60	  TEN("abcdef")

static const struct host_row host_rows[] = {
	/* As clients send it. */
	/* clang-format off */
	OURS("myreg.azurecr.io", "myreg.azurecr.io")
	OURS("MyReg.AzureCR.io", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io", "myreg.azurecr.io")
	OURS("HTTPS://MYREG.AZURECR.IO", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io/", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io/v1/", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io/v2/", "myreg.azurecr.io")
	OURS("myreg.azurecr.io:443", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io:443", "myreg.azurecr.io")
	OURS("https://myreg.azurecr.io:443/v2/", "myreg.azurecr.io")
	OURS("myreg.azurecr.io/team/app", "myreg.azurecr.io")
	OURS("myreg.azurecr.io/team/app:tag", "myreg.azurecr.io")
	OURS("myreg.azurecr.io//", "myreg.azurecr.io")
	OURS("x.azurecr.io/../..", "x.azurecr.io")
	/* Every cloud. */
	OURS("r12345.azurecr.cn", "r12345.azurecr.cn")
	OURS("r12345.azurecr.us", "r12345.azurecr.us")
	OURS("contoso.azurecr.eaglex.ic.gov", "contoso.azurecr.eaglex.ic.gov")
	OURS("contoso.azurecr.microsoft.scloud", "contoso.azurecr.microsoft.scloud")
	OURS("contoso.azurecr.sovcloud-azure.fr", "contoso.azurecr.sovcloud-azure.fr")
	OURS("contoso.azurecr.sovcloud-azure.de", "contoso.azurecr.sovcloud-azure.de")
	/* Domain name labels and regional endpoints. */
	OURS("contoso-e7ggejfuhzhgedc8.azurecr.io", "contoso-e7ggejfuhzhgedc8.azurecr.io")
	OURS("myreg.eastus.geo.azurecr.io", "myreg.eastus.geo.azurecr.io")
	OURS("contoso-e7ggejfuhzhgedc8.westeurope.geo.azurecr.io",
	     "contoso-e7ggejfuhzhgedc8.westeurope.geo.azurecr.io")
	OURS("myreg.usnateast.geo.azurecr.eaglex.ic.gov", "myreg.usnateast.geo.azurecr.eaglex.ic.gov")
	OURS("12345.azurecr.io", "12345.azurecr.io")
	OURS(LABEL_60 "abc.azurecr.io", LABEL_60 "abc.azurecr.io")

	/* Other registries. */
	OTHER("docker.io")
	OTHER("https://index.docker.io/v1/")
	OTHER("index.docker.io")
	OTHER("ghcr.io")
	OTHER("quay.io/team/app")
	OTHER("localhost")
	OTHER("localhost:5000")
	OTHER("registry.contoso.internal")
	/* Microsoft's own registry, and endpoints that do not accept logins. */
	OTHER("mcr.microsoft.com")
	OTHER("mcr.microsoft.eaglex.ic.gov")
	OTHER("mcr.microsoft.scloud")
	OTHER("mcrprod.azurecr.io")
	OTHER("mcrprod.eastus.geo.azurecr.io")
	OTHER("myreg.eastus.data.azurecr.io")
	OTHER("contoso-e7ggejfuhzhgedc8.eastus.data.azurecr.io")
	OTHER("myreg.privatelink.azurecr.io")
	OTHER("myreg.eastus.data.privatelink.azurecr.io")
	OTHER("myregblob.blob.core.windows.net")
	/* Near misses. */
	OTHER("azurecr.io")
	OTHER(".azurecr.io")
	OTHER("..azurecr.io")
	OTHER("fooazurecr.io")
	OTHER("xazurecr.io")
	OTHER("evil-azurecr.io")
	OTHER("x.evil-azurecr.io")
	OTHER("x.azurecr.i")
	OTHER("x.azurecr.iox")
	OTHER("x.azurecr.de")
	OTHER("x.azureacr.io")
	OTHER("x.azurecr-io")
	OTHER("x.azurecrio")
	OTHER("geo.azurecr.io.")
	OTHER("x.geo.azurecr.io")
	OTHER("x.y.z.geo.azurecr.io")
	OTHER("x.y.notgeo.azurecr.io")
	OTHER("x.y.abc.azurecr.io")
	OTHER("x.y.geox.azurecr.io")
	OTHER("x.y.azurecr.io")
	OTHER("x..geo.azurecr.io")
	OTHER(".y.geo.azurecr.io")

	/* Foreign hosts that contain an Azure host (GO-2026-6225, CVE-2026-105769). */
	OTHER("x.azurecr.io.attacker.example")
	OTHER("x.azurecr.io.evil.com/v2/")
	OTHER("x.azurecr.io-evil.com")
	OTHER("x.azurecr.io@evil.com")
	OTHER("user@x.azurecr.io")
	OTHER("user:secret@x.azurecr.io")
	OTHER("x.azurecr.io:443@evil.com")
	OTHER("https://x.azurecr.io@evil.com/")
	OTHER("evil.com/x.azurecr.io")
	OTHER("evil.com:443/x.azurecr.io")
	OTHER("https://evil.com/https://x.azurecr.io")
	OTHER("evil.com?x.azurecr.io")
	OTHER("evil.com#x.azurecr.io")
	OTHER("evil.com#.azurecr.io")
	OTHER("evil.com\\@x.azurecr.io")
	OTHER("evil.com\\.azurecr.io")
	OTHER("evil.com;x.azurecr.io")
	OTHER("evil.com,x.azurecr.io")
	OTHER("evil.com&x.azurecr.io")
	OTHER("evil.com|x.azurecr.io")
	OTHER("x.azurecr.io/../..@evil.com")
	OTHER("x.azurecr.io?.evil.com")
	OTHER("x.azurecr.io/?a=b")
	OTHER("x.azurecr.io/#a")
	OTHER("x.azurecr.io%2eevil.com")
	OTHER("evil.com%2f.azurecr.io")
	OTHER("x%2eazurecr.io")
	OTHER("x.azurecr.io%00")
	OTHER("x.azurecr.io%00.evil.com")
	OTHER("x.azurecr.io%0d%0aevil.com")
	OTHER("x_y.azurecr.io")
	OTHER("*.azurecr.io")
	OTHER("$x.azurecr.io")
	OTHER("`id`.azurecr.io")
	OTHER("\"x.azurecr.io\"")
	OTHER("'x.azurecr.io'")
	OTHER("<x.azurecr.io>")
	OTHER("[x.azurecr.io]")
	OTHER("x!.azurecr.io")
	OTHER("x~.azurecr.io")
	OTHER("x+y.azurecr.io")
	OTHER("x=y.azurecr.io")
	/* Labels. */
	OTHER("x.azurecr.io.")
	OTHER("x.azurecr.io..")
	OTHER("x..azurecr.io")
	OTHER("-x.azurecr.io")
	OTHER("x-.azurecr.io")
	OTHER("-.azurecr.io")
	OTHER("x--y.azurecr.io")
	OTHER("xn--80ak6aa92e.azurecr.io")
	OTHER("XN--80AK6AA92E.azurecr.io")
	OTHER("x.xn--80ak6aa92e.geo.azurecr.io")
	OTHER(LABEL_60 "abcd.azurecr.io")
	OTHER("x." LABEL_60 "abcd.geo.azurecr.io")
	OTHER(LABEL_60 "." LABEL_60 "." LABEL_60 "." LABEL_60 ".azurecr.io")
	OTHER(TEN(LABEL_60) ".azurecr.io")
	/* Ports and schemes. */
	OTHER("x.azurecr.io:")
	OTHER("x.azurecr.io:/")
	OTHER("x.azurecr.io:0")
	OTHER("x.azurecr.io:80")
	OTHER("x.azurecr.io:0443")
	OTHER("x.azurecr.io:44")
	OTHER("x.azurecr.io:44/")
	OTHER("x.azurecr.io:445")
	OTHER("x.azurecr.io:4430")
	OTHER("x.azurecr.io:+443")
	OTHER("x.azurecr.io:443:443")
	OTHER("x.azurecr.io:443.evil.com")
	OTHER("x.azurecr.io:5000")
	OTHER("x.azurecr.io:65536")
	OTHER("x.azurecr.io:65979")
	OTHER("http://x.azurecr.io")
	OTHER("http://x.azurecr.io:443")
	OTHER("ftp://x.azurecr.io")
	OTHER("file://x.azurecr.io")
	OTHER("httpss://x.azurecr.io")
	OTHER("ttps://x.azurecr.io")
	OTHER("oci://x.azurecr.io")
	OTHER("docker://x.azurecr.io")
	OTHER("//x.azurecr.io")
	OTHER("://x.azurecr.io")
	OTHER("https:x.azurecr.io")
	OTHER("https:/x.azurecr.io")
	OTHER("https:///x.azurecr.io")
	OTHER("https:////x.azurecr.io")
	OTHER("https://https://x.azurecr.io")
	OTHER("https://")
	OTHER("https:")
	OTHER("https:///")
	OTHER("https:///foo")
	OTHER("/x.azurecr.io")
	OTHER("/")
	OTHER(":443")
	OTHER(":443/x.azurecr.io")
	OTHER("")
	OTHER(".")
	OTHER("..")
	OTHER("-")
	/* Addresses, in every spelling. */
	OTHER("169.254.169.254")
	OTHER("169.254.169.254.azurecr.io")
	OTHER("127.0.0.1:443")
	OTHER("2852039166")
	OTHER("0x7f.1")
	OTHER("0xa9fea9fe")
	OTHER("[::1]")
	OTHER("[::1]:443")
	OTHER("[::ffff:169.254.169.254]")
	OTHER("::1")
	/* Bytes that cannot occur in a host name. */
	OTHER(" ")
	OTHER(" x.azurecr.io")
	OTHER("x.azurecr.io ")
	OTHER("x .azurecr.io")
	OTHER("x.azurecr.io /")
	OTHER("x.azurecr.io/a b")
	OTHER("\tx.azurecr.io")
	OTHER("x.azurecr.io\n")
	OTHER("x.azurecr.io\r")
	OTHER("x.azurecr.io\r\n")
	OTHER("x.azurecr.io\nevil.com")
	OTHER("evil.com\nx.azurecr.io")
	OTHER("x.azurecr.io\r\nevil.com")
	OTHER("evil.com\0x.azurecr.io")
	OTHER("evil.com\0.azurecr.io")
	OTHER("x.azurecr.io\0")
	OTHER("x.azurecr.io\0evil.com")
	OTHER("x.azurecr.io/\0")
	OTHER("x\x7f.azurecr.io")
	OTHER("x.azurecr.io/\x7f")
	OTHER("x\x1b[31m.azurecr.io")
	OTHER("x\x01.azurecr.io")
	OTHER("x\x0b.azurecr.io")
	/* Other scripts, which IDNA maps to ASCII. */
	OTHER("x.azurecr\xe3\x80\x82io")	 /* U+3002, an ideographic full stop */
	OTHER("evil.com\xe3\x80\x82.azurecr.io") /* the same at the front */
	OTHER("x\xef\xbc\x8e" "azurecr.io")	 /* U+FF0E, a fullwidth full stop */
	OTHER("x.azurecr.\xc4\xb1o")		 /* a dotless i */
	OTHER("x.A\xc5\xbfURECR.io")		 /* a long s */
	OTHER("x.azurecr.\xe2\x84\xaao")	 /* the Kelvin sign */
	OTHER("\xd1\x85.azurecr.io")		 /* a Cyrillic x */
	OTHER("\xef\xbb\xbfx.azurecr.io")	 /* a byte order mark */
	OTHER("x\xc2\xad.azurecr.io")		 /* a soft hyphen */
	OTHER("x\xe2\x80\x8b.azurecr.io")	 /* a zero-width space */
	OTHER("x\xe2\x80\xae.azurecr.io")	 /* right-to-left override */
	OTHER("x\xc0\xae" "azurecr.io")		 /* an overlong full stop */
	OTHER("x\xe0\x80\xae" "azurecr.io")
	OTHER("x\xff.azurecr.io")
	OTHER("x\x80.azurecr.io")
	OTHER("x.azurecr.io/\xff")
};

#define HOST_ROWS (sizeof(host_rows) / sizeof(host_rows[0]))

#endif
