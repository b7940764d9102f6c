"""User agents of people, and what they are: (user agent, browser, operating system, kind of device).

The forms are those that the browsers' makers publish.
"""

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X)"

CHROME = f"{WINDOWS} {KIT} Chrome/131.0.0.0 Safari/537.36"
SAFARI = f"{MAC} {IOS} Version/18.1 Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"

BROWSERS = [
    (CHROME, "Chrome", "Windows", "desktop"),
    (f"{MAC} {KIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "macOS", "desktop"),
    (f"{LINUX} {KIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Linux", "desktop"),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/131.0.0.0 Safari/537.36",
        *("Chrome", "ChromeOS", "desktop"),
    ),
    (f"{ANDROID} {KIT} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome", "Android", "mobile"),
    (f"{ANDROID} {KIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Android", "tablet"),
    (f"{IPHONE} {IOS} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome", "iOS", "mobile"),
    (SAFARI, "Safari", "macOS", "desktop"),
    (f"{IPHONE} {IOS} Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "iOS", "mobile"),
    (f"{IPAD} {IOS} Version/16.6 Mobile/15E148 Safari/604.1", "Safari", "iOS", "tablet"),
    (FIREFOX, "Firefox", "Windows", "desktop"),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        *("Firefox", "Linux", "desktop"),
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
        *("Firefox", "macOS", "desktop"),
    ),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
        *("Firefox", "Android", "mobile"),
    ),
    (
        "Mozilla/5.0 (Android 14; Tablet; rv:132.0) Gecko/132.0 Firefox/132.0",
        *("Firefox", "Android", "tablet"),
    ),
    (f"{IPHONE} {IOS} FxiOS/132.0 Mobile/15E148 Safari/605.1.15", "Firefox", "iOS", "mobile"),
    (
        f"{WINDOWS} {KIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51",
        *("Edge", "Windows", "desktop"),
    ),
    (
        f"{ANDROID} {KIT} Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.2903.48",
        *("Edge", "Android", "mobile"),
    ),
    (
        f"{IPHONE} {IOS} Version/18.0 EdgiOS/131.0.2903.48 Mobile/15E148 Safari/604.1",
        *("Edge", "iOS", "mobile"),
    ),
    (
        f"{WINDOWS} {KIT} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
        *("Opera", "Windows", "desktop"),
    ),
    (
        f"{ANDROID} {KIT} Chrome/130.0.0.0 Mobile Safari/537.36 OPR/85.0.0.0",
        *("Opera", "Android", "mobile"),
    ),
    (
        "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/37.6283; U; en) Presto/2.12.423 Version/12.16",
        *("Opera Mini", "Other", "mobile"),
    ),
    (
        f"{ANDROID} {KIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
        *("Samsung Internet", "Android", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 11; KFTRWI) {KIT} Silk/120.4.1 like Chrome/120.0.0.0 Safari/537.36",
        *("Amazon Silk", "Android", "tablet"),
    ),
    (
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko",
        *("IE", "Windows", "desktop"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 9; CUBOT X19 S) {KIT} Chrome/120.0.0.0 Mobile Safari/537.36",
        *("Chrome", "Android", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_POWER) {KIT} Chrome/99.0.0.0 Mobile Safari/537.36",
        *("Chrome", "Android", "mobile"),
    ),
    (
        f"{WINDOWS} {KIT} coc_coc_browser/131.0.0 Chrome/125.0.0.0 Safari/537.36",
        *("Coc Coc", "Windows", "desktop"),
    ),
    (
        f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) {KIT} 85.0.4183.93/6.5 TV Safari/537.36",
        *("Safari", "Tizen", "unknown"),
    ),
    (
        f"{WINDOWS[:-1]}; Xbox; Xbox One) {KIT} Chrome/131.0.0.0 Safari/537.36 Edge/44.18363.8131",
        *("Edge", "Windows", "unknown"),
    ),
    (
        f"{LINUX} {KIT} Chrome/131.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11",
        *("Vivaldi", "Linux", "desktop"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 12; A; wv) {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36",
        *("Chrome", "Android", "mobile"),
    ),
    (
        f"Mozilla/5.0 (X11; Linux x86_64) {KIT} QtWebEngine/6.5.0 Chrome/108.0.0.0 Safari/537.36",
        *("Qt Web Engine", "Linux", "desktop"),
    ),
]

IN_APPS = [
    f"{IPHONE} {IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/485.0.0.52.101;FBDV/iPhone14,5;FBLC/en_US]",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/490.0.0.63.82;]",
    f"{IPHONE} {IOS} Mobile/15E148 Instagram 357.0.0.22.109 (iPhone14,5; iOS 18_1; en_US; scale=3.00)",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 Instagram 357.1.0.52.100 Android",
    f"{IPHONE} {IOS} Mobile/15E148 musical_ly_37.2.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en"
    " BytedanceWebview/d8a21c6",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 trill_370203"
    " BytedanceWebview/d8a21c6",
    f"{IPHONE} {IOS} Mobile/15E148 Snapchat/13.13.0.38 (like Safari/8619.2.8.10.7, panda)",
    f"{IPHONE} {IOS} Mobile/15E148 [Pinterest/iOS]",
    f"{IPHONE} {IOS} Mobile/15E148 [LinkedInApp]/9.30.1231",
    f"{IPHONE} {IOS} Version/18.0 Mobile/15E148 Safari/604.1 Twitter for iPhone/10.68",
    f"{IPHONE} {IOS} Mobile/15E148 MicroMessenger/8.0.54(0x18003630) NetType/WIFI Language/zh_CN",
    f"{IPHONE} {IOS} Mobile/15E148 Safari Line/14.19.0",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36;KAKAOTALK 2410900",
    f"{IPHONE} {IOS} Mobile/15E148 NAVER(inapp; search; 2000; 12.9.1; 13PRO)",
    f"{IPHONE} {IOS} GSA/344.0.695551749 Mobile/15E148 Safari/604.1",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 DaumApps/4.6",
    f"{ANDROID} {KIT} Version/4.0 Chrome/131.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",
]
"""Browsers inside of apps: people."""
