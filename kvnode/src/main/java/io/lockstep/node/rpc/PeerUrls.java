package io.lockstep.node.rpc;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Where a member that is added says it is going to be. */
final class PeerUrls {
    private PeerUrls() {}

    /** @throws KvException.Rejected MEMBER_URLS_INVALID */
    static List<String> check(List<String> urls) {
        if (urls.isEmpty()) {
            throw new KvException.Rejected(KvError.MEMBER_URLS_INVALID);
        }
        List<String> checked = urls.stream().map(PeerUrls::check).toList();
        if (checked.size() > 1) {
            throw new KvException.Rejected(KvError.MEMBER_URLS_INVALID, "a member has one peer address");
        }
        return checked;
    }

    private static String check(String text) {
        URI url;
        try {
            url = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new KvException.Rejected(KvError.MEMBER_URLS_INVALID);
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        boolean bare = url.getPath() == null || url.getPath().isEmpty();
        if (!http || !bare || url.getHost() == null || url.getPort() < 1 || url.getPort() > 65_535) {
            throw new KvException.Rejected(KvError.MEMBER_URLS_INVALID);
        }
        if (url.getHost().indexOf(':') >= 0 || url.getHost().equals("0.0.0.0")) {
            throw new KvException.Rejected(
                    KvError.MEMBER_URLS_INVALID, "must be a host name or an IPv4 address that the others can reach");
        }
        return url.getScheme() + "://" + url.getHost() + ":" + url.getPort();
    }
}
