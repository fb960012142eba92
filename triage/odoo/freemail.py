"""Mail domains that anybody can have an address at."""

from __future__ import annotations

_DOMAINS = """
126.com 163.com 9online.fr a1.net aim.com alice.it aliceadsl.fr aol.co.uk aol.com aol.de aol.fr aon.at arcor.de
att.net azet.sk bbox.fr belgacom.net bell.net bellsouth.net bk.ru bluemail.ch bluewin.ch blueyonder.co.uk
bredband.net brutele.be btinternet.com btopenworld.com caiway.net caiway.nl casema.nl cegetel.net centrum.cz
centrum.sk charter.net chello.at chello.nl citromail.hu clix.pt club-internet.fr comcast.net cox.net daum.net
dbmail.com duck.com earthlink.net eircom.net email.cz email.de euskaltel.net ewe.net ewetel.net fastmail.com
fastmail.fm fastwebnet.it free.fr freemail.hu freenet.de gazeta.pl gmail.com gmx.at gmx.ch gmx.co.uk gmx.com
gmx.de gmx.es gmx.eu gmx.fr gmx.info gmx.it gmx.li gmx.net gmx.org gmx.us googlemail.com hanmail.net hetnet.nl
hey.com hispeed.ch home.nl hotmail.at hotmail.be hotmail.ca hotmail.ch hotmail.co.uk hotmail.com hotmail.de
hotmail.dk hotmail.es hotmail.fr hotmail.it hotmail.nl hotmail.no hotmail.se hushmail.com i.ua icloud.com
inbox.com inbox.ru interia.eu interia.pl inwind.it iol.it jazztel.es jubii.dk kabelbw.de kabelmail.de kpn.nl
kpnmail.com kpnmail.nl kpnplanet.nl laposte.net libero.it list.ru live.at live.be live.ca live.co.uk live.com
live.de live.dk live.es live.fr live.ie live.it live.nl live.no live.se mac.com magenta.de mail.com mail.de
mail.dk mail.pt mail.ru mailbox.org mailfence.com me.com movistar.es msn.com naver.com netcologne.de neuf.fr
noos.fr ntlworld.com numericable.fr o2.co.uk o2.pl onet.eu onet.pl online.de online.nl online.no ono.com op.pl
optonline.net orange.es orange.fr osnanet.de outlook.at outlook.be outlook.com outlook.com.br outlook.de
outlook.dk outlook.es outlook.fr outlook.ie outlook.it outlook.pt pandora.be passport.com planet.nl plus.com
plusnet.com pm.me poczta.fm posteo.de posteo.net privaterelay.appleid.com proton.me protonmail.com proximus.be
qq.com quicknet.nl rambler.ru rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net scarlet.be seznam.cz
sfr.fr shaw.ca sina.com sky.com skynet.be solcon.nl spray.se stofanet.dk sunrise.ch sympatico.ca t-online.at
t-online.de talktalk.net tele2.nl telefonica.es telefonica.net telenet.be telenor.no telfort.nl telia.com terra.es
tin.it tiscali.co.uk tiscali.it tlen.pl tuta.com tuta.io tutanota.com tutanota.de ukr.net unity-mail.de
unitybox.de upcmail.nl usa.net utanet.at verizon.net versanet.de versatel.nl virgilio.it virginmedia.com
vodafone.de vodafone.es vodafonemail.de voila.fr voo.be wanadoo.es wanadoo.fr web.de windowslive.com wp.pl wxs.nl
xs4all.nl ya.com ya.ru yahoo.be yahoo.ca yahoo.co.in yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.br yahoo.com.mx
yahoo.de yahoo.dk yahoo.es yahoo.fr yahoo.gr yahoo.ie yahoo.it yahoo.nl yahoo.pl yahoo.pt yahoo.ro yahoo.se
yandex.com yandex.ru ymail.com zeelandnet.nl ziggo.nl zoho.com zohomail.com zohomail.eu zonnet.nl zoznam.sk
"""

FREEMAIL = frozenset(_DOMAINS.split())
"""Lower-case domains of common free mail and access providers: they say nothing of the sender's company."""
