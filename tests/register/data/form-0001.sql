BEGIN TRANSACTION;
CREATE TABLE abandoned (
	id INTEGER NOT NULL, 
	submission INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(submission) REFERENCES submissions (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE applications (
	id INTEGER NOT NULL, 
	model INTEGER NOT NULL, 
	vendor INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	number TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(model) REFERENCES models (id), 
	FOREIGN KEY(vendor) REFERENCES vendors (id), 
	UNIQUE (number), 
	FOREIGN KEY(who) REFERENCES people (id)
);
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	submission INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	"plan" TEXT NOT NULL, 
	seed TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	continues TEXT, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (submission, number), 
	FOREIGN KEY(submission) REFERENCES submissions (id), 
	UNIQUE ("plan"), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "attempts" VALUES(1,1,1,'sha256:233944ffd42f6cacb0ffd7185605123c82c83519532391d71d5323100d46b5e6','sha256:c08cd3b7bb6f677ba98206c3000015f80acf4c1082a871c002a26a56aa153212','reports/run',NULL,'2026-03-02T08:00:00Z',2);
INSERT INTO "attempts" VALUES(2,2,1,'sha256:fcad9de5af3cee93d17ea670eeef88e9093dc8d8265b4b20606603c8b1cceb4d','sha256:c08cd3b7bb6f677ba98206c3000015f80acf4c1082a871c002a26a56aa153212','reports/run',NULL,'2026-03-02T08:00:00Z',2);
CREATE TABLE centre (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	prefix TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "centre" VALUES(1,'示例评测中心','EC','2026-03-02T08:00:00Z',1);
CREATE TABLE certificates (
	id INTEGER NOT NULL, 
	decision INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	document TEXT NOT NULL, 
	valid_from TEXT NOT NULL, 
	valid_until TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(decision) REFERENCES decisions (id), 
	UNIQUE (number), 
	UNIQUE (document), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "certificates" VALUES(1,1,'EC-2026-00001','sha256:113ac80cb67e944c07ab65ac62323014df309fdfb1064289f6c712497cd9ca2c','2026-03-02','2027-03-01','Chinese medical questions','2026-03-02T08:00:00Z',3);
INSERT INTO "certificates" VALUES(2,2,'EC-2026-00002','sha256:6694c18b0f9037c93c33a158a7ef8991f198b3aa1ab33e127104d69304b1b7c9','2026-03-02','2027-03-01','Chinese medical questions','2026-03-02T08:00:00Z',3);
CREATE TABLE decisions (
	id INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	decision TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	head TEXT NOT NULL, 
	why TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(attempt) REFERENCES attempts (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "decisions" VALUES(1,1,'granted','pass','sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3','the evidence bears it','2026-03-02T08:00:00Z',3);
INSERT INTO "decisions" VALUES(2,2,'granted','pass','sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3','the evidence bears it','2026-03-02T08:00:00Z',3);
CREATE TABLE ends (
	id INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	head TEXT NOT NULL, 
	entries INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(attempt) REFERENCES attempts (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "ends" VALUES(1,1,'pass','sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3',9,'2026-03-02T08:00:00Z',2);
INSERT INTO "ends" VALUES(2,2,'pass','sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3',9,'2026-03-02T08:00:00Z',2);
CREATE TABLE log (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	name TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	data TEXT NOT NULL, 
	prev TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (name, "row")
);
INSERT INTO "log" VALUES(1,'2026-03-02T08:00:00Z','people',1,'{"at":"2026-03-02T08:00:00Z","id":1,"key":"guping","name":"Gu Ping","who":1}','sha256:0000000000000000000000000000000000000000000000000000000000000000','sha256:5358d675cb37ce180be22e44ee6160c924755207ea5db88b58e47b1a9824ce65');
INSERT INTO "log" VALUES(2,'2026-03-02T08:00:00Z','roles',1,'{"at":"2026-03-02T08:00:00Z","id":1,"person":1,"roles":"registrar","who":1}','sha256:5358d675cb37ce180be22e44ee6160c924755207ea5db88b58e47b1a9824ce65','sha256:ca5ebd8bb18ac879d93658796d622fe1fa9b242a80636c4b4c3a67511dbb9157');
INSERT INTO "log" VALUES(3,'2026-03-02T08:00:00Z','centre',1,'{"at":"2026-03-02T08:00:00Z","id":1,"name":"示例评测中心","prefix":"EC","who":1}','sha256:ca5ebd8bb18ac879d93658796d622fe1fa9b242a80636c4b4c3a67511dbb9157','sha256:444a9b0119922a15caf5050741896a9394e53899400a42f585c26963aa9184c6');
INSERT INTO "log" VALUES(4,'2026-03-02T08:00:00Z','people',2,'{"at":"2026-03-02T08:00:00Z","id":2,"key":"drli","name":"Dr Li","who":1}','sha256:444a9b0119922a15caf5050741896a9394e53899400a42f585c26963aa9184c6','sha256:003c0a1a10274fe7e8f3df27de579292c3cd397af4b7be38e7ce581ceaa104bc');
INSERT INTO "log" VALUES(5,'2026-03-02T08:00:00Z','roles',2,'{"at":"2026-03-02T08:00:00Z","id":2,"person":2,"roles":"evaluator","who":1}','sha256:003c0a1a10274fe7e8f3df27de579292c3cd397af4b7be38e7ce581ceaa104bc','sha256:5295fb55bf37f77fed5f1dea06a5fc37d379879c418f985eb225f3cda7284248');
INSERT INTO "log" VALUES(6,'2026-03-02T08:00:00Z','people',3,'{"at":"2026-03-02T08:00:00Z","id":3,"key":"zhaomin","name":"Zhao Min","who":1}','sha256:5295fb55bf37f77fed5f1dea06a5fc37d379879c418f985eb225f3cda7284248','sha256:78b700fa973e534d8b07a9a77730b42d6b52406d4da9ea39dcefdf58b9b6525e');
INSERT INTO "log" VALUES(7,'2026-03-02T08:00:00Z','roles',3,'{"at":"2026-03-02T08:00:00Z","id":3,"person":3,"roles":"decider","who":1}','sha256:78b700fa973e534d8b07a9a77730b42d6b52406d4da9ea39dcefdf58b9b6525e','sha256:99f9cd52d9c21259d48762c9909243ac4aaf46391eb01b61d9eef5aba5fc9216');
INSERT INTO "log" VALUES(8,'2026-03-02T08:00:00Z','people',4,'{"at":"2026-03-02T08:00:00Z","id":4,"key":"wangfang","name":"Wang Fang","who":1}','sha256:99f9cd52d9c21259d48762c9909243ac4aaf46391eb01b61d9eef5aba5fc9216','sha256:8e4300ab30dba37762136ed4672659d7d2fb467c12b8be3f8a30cca2eae765ed');
INSERT INTO "log" VALUES(9,'2026-03-02T08:00:00Z','roles',4,'{"at":"2026-03-02T08:00:00Z","id":4,"person":4,"roles":"evaluator decider","who":1}','sha256:8e4300ab30dba37762136ed4672659d7d2fb467c12b8be3f8a30cca2eae765ed','sha256:63e860467597368707698dd15fdfdf76d7b503765f6da01bc94cc5c11d670c13');
INSERT INTO "log" VALUES(10,'2026-03-02T08:00:00Z','vendors',1,'{"at":"2026-03-02T08:00:00Z","id":1,"key":"示例智能科技有限公司","name":"示例智能科技有限公司","who":1}','sha256:63e860467597368707698dd15fdfdf76d7b503765f6da01bc94cc5c11d670c13','sha256:df88f51b76339c5c902a429d8e4076239488865754528072e7a82e3d5cf0cb09');
INSERT INTO "log" VALUES(11,'2026-03-02T08:00:00Z','models',1,'{"at":"2026-03-02T08:00:00Z","descriptor":"sha256:25f78e39042f81a0b3336f66c22125d70caeb5b8157b8706920b2389a4807da0","id":1,"key":"care-7b\n1.0","name":"care-7b","vendor":1,"version":"1.0","who":1}','sha256:df88f51b76339c5c902a429d8e4076239488865754528072e7a82e3d5cf0cb09','sha256:531ee11db6c97e234224ec4365c67257b720b3eb544d1f2a52832d1a312066a9');
INSERT INTO "log" VALUES(12,'2026-03-02T08:00:00Z','submissions',1,'{"at":"2026-03-02T08:00:00Z","bank":"sha256:6dc82d7d86b04c1dd6a9e46571ac61d14f3a38504001a42d7b9752817a88d85c","id":1,"model":1,"rank":1,"standard":"example","standard_digest":"sha256:cdff1659e1d99215003fea125ce732f406fc2181f023d35ac392a61caac3fafb","standard_version":"1","suites":"[{\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"id\":\"medical\",\"version\":\"1.0.0\"}]","vendor":1,"who":1}','sha256:531ee11db6c97e234224ec4365c67257b720b3eb544d1f2a52832d1a312066a9','sha256:100e6c9b3e4ea516d8f7d5e7296291e4e3db874bfbbf74dc91e2001afc2fa999');
INSERT INTO "log" VALUES(13,'2026-03-02T08:00:00Z','attempts',1,'{"at":"2026-03-02T08:00:00Z","continues":null,"folder":"reports/run","id":1,"number":1,"plan":"sha256:233944ffd42f6cacb0ffd7185605123c82c83519532391d71d5323100d46b5e6","seed":"sha256:c08cd3b7bb6f677ba98206c3000015f80acf4c1082a871c002a26a56aa153212","submission":1,"who":2}','sha256:100e6c9b3e4ea516d8f7d5e7296291e4e3db874bfbbf74dc91e2001afc2fa999','sha256:46098e52d2e1277ce19d6abb1745833180126fd2e78832295cccc54ecc10a951');
INSERT INTO "log" VALUES(14,'2026-03-02T08:00:00Z','parts',1,'{"at":"2026-03-02T08:00:00Z","attempt":1,"id":1,"key":"drli","name":"Dr Li","part":"evaluator","who":2}','sha256:46098e52d2e1277ce19d6abb1745833180126fd2e78832295cccc54ecc10a951','sha256:2d40f0f82ee44c462b50105c08ed2ab1e0776144ede310afac042f826af5ff5d');
INSERT INTO "log" VALUES(15,'2026-03-02T08:00:00Z','ends',1,'{"at":"2026-03-02T08:00:00Z","attempt":1,"entries":9,"head":"sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3","id":1,"outcome":"pass","who":2}','sha256:2d40f0f82ee44c462b50105c08ed2ab1e0776144ede310afac042f826af5ff5d','sha256:010e5d2c3a351bd302b1e0c5820d7a3630a8ff563e2ebcc04e2f7f65b27fba67');
INSERT INTO "log" VALUES(16,'2026-03-02T08:00:00Z','decisions',1,'{"at":"2026-03-02T08:00:00Z","attempt":1,"decision":"granted","head":"sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3","id":1,"verdict":"pass","who":3,"why":"the evidence bears it"}','sha256:010e5d2c3a351bd302b1e0c5820d7a3630a8ff563e2ebcc04e2f7f65b27fba67','sha256:277cfa6924905467f06705cf55bd21d35fcce71494177831ba2575ff80d2c37c');
INSERT INTO "log" VALUES(17,'2026-03-02T08:00:00Z','certificates',1,'{"at":"2026-03-02T08:00:00Z","decision":1,"document":"sha256:113ac80cb67e944c07ab65ac62323014df309fdfb1064289f6c712497cd9ca2c","id":1,"number":"EC-2026-00001","scope":"Chinese medical questions","valid_from":"2026-03-02","valid_until":"2027-03-01","who":3}','sha256:277cfa6924905467f06705cf55bd21d35fcce71494177831ba2575ff80d2c37c','sha256:ed0e64cf8d86c5e63769f67b42fc44ab65e4a93dc326c7c084bc0a45c9b7374b');
INSERT INTO "log" VALUES(18,'2026-03-02T08:00:00Z','status_events',1,'{"at":"2026-03-02T08:00:00Z","certificate":1,"id":1,"reason":"issued","status":"valid","successor":null,"who":3,"why":"Chinese medical questions"}','sha256:ed0e64cf8d86c5e63769f67b42fc44ab65e4a93dc326c7c084bc0a45c9b7374b','sha256:b8e6991c9b4f066e683384170707253f04369926aa2babfa620377a3f4b61672');
INSERT INTO "log" VALUES(19,'2026-03-02T08:00:00Z','retests',1,'{"at":"2026-03-02T08:00:00Z","certificate":1,"due":"2027-03-01","id":1,"note":"","trigger":"scheduled","who":3}','sha256:b8e6991c9b4f066e683384170707253f04369926aa2babfa620377a3f4b61672','sha256:ad7d743dd6fbea03708da740746ba2fc11713a41b580f4483d5abc5b86bcebc1');
INSERT INTO "log" VALUES(20,'2026-03-02T08:00:00Z','models',2,'{"at":"2026-03-02T08:00:00Z","descriptor":"sha256:9c1daf685be4caa1866e9ef2fa6bd4fe3104d0344e1467d8d074d1013c739168","id":2,"key":"care-7b\n2.0","name":"care-7b","vendor":1,"version":"2.0","who":1}','sha256:ad7d743dd6fbea03708da740746ba2fc11713a41b580f4483d5abc5b86bcebc1','sha256:bc0e7ad640eff437268cd72ccaf530a5b156d758ad3fece8ef060c8f962a4513');
INSERT INTO "log" VALUES(21,'2026-03-02T08:00:00Z','submissions',2,'{"at":"2026-03-02T08:00:00Z","bank":"sha256:6dc82d7d86b04c1dd6a9e46571ac61d14f3a38504001a42d7b9752817a88d85c","id":2,"model":2,"rank":2,"standard":"example","standard_digest":"sha256:cdff1659e1d99215003fea125ce732f406fc2181f023d35ac392a61caac3fafb","standard_version":"1","suites":"[{\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"id\":\"medical\",\"version\":\"1.0.0\"}]","vendor":1,"who":1}','sha256:bc0e7ad640eff437268cd72ccaf530a5b156d758ad3fece8ef060c8f962a4513','sha256:95c1b7f058002e091b2abac707daddad4357e7bf04b198bd0b676624b26f50cc');
INSERT INTO "log" VALUES(22,'2026-03-02T08:00:00Z','attempts',2,'{"at":"2026-03-02T08:00:00Z","continues":null,"folder":"reports/run","id":2,"number":1,"plan":"sha256:fcad9de5af3cee93d17ea670eeef88e9093dc8d8265b4b20606603c8b1cceb4d","seed":"sha256:c08cd3b7bb6f677ba98206c3000015f80acf4c1082a871c002a26a56aa153212","submission":2,"who":2}','sha256:95c1b7f058002e091b2abac707daddad4357e7bf04b198bd0b676624b26f50cc','sha256:204146a39f746e384012549e1917dc1cf4bad817d3c9b7257697af9441e9263e');
INSERT INTO "log" VALUES(23,'2026-03-02T08:00:00Z','parts',2,'{"at":"2026-03-02T08:00:00Z","attempt":2,"id":2,"key":"drli","name":"Dr Li","part":"evaluator","who":2}','sha256:204146a39f746e384012549e1917dc1cf4bad817d3c9b7257697af9441e9263e','sha256:8b88b153f18c5a76f12c821ee7222088e421bc5575c94b6050cc644c0b1df368');
INSERT INTO "log" VALUES(24,'2026-03-02T08:00:00Z','ends',2,'{"at":"2026-03-02T08:00:00Z","attempt":2,"entries":9,"head":"sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3","id":2,"outcome":"pass","who":2}','sha256:8b88b153f18c5a76f12c821ee7222088e421bc5575c94b6050cc644c0b1df368','sha256:736c12cb1024d3c400887c06881aee342b6f7d636417157e7ae591625f628231');
INSERT INTO "log" VALUES(25,'2026-03-02T08:00:00Z','decisions',2,'{"at":"2026-03-02T08:00:00Z","attempt":2,"decision":"granted","head":"sha256:a533799e6dfcda6c0bcdc7e3edfaa7e09f6dc0e4cb69bb25d9752b1ec30b78f3","id":2,"verdict":"pass","who":3,"why":"the evidence bears it"}','sha256:736c12cb1024d3c400887c06881aee342b6f7d636417157e7ae591625f628231','sha256:2ed5d74dd522501012b9d8eaa9a4e8fc45c2fb70322fdd3c01c068b503aa2f4e');
INSERT INTO "log" VALUES(26,'2026-03-02T08:00:00Z','certificates',2,'{"at":"2026-03-02T08:00:00Z","decision":2,"document":"sha256:6694c18b0f9037c93c33a158a7ef8991f198b3aa1ab33e127104d69304b1b7c9","id":2,"number":"EC-2026-00002","scope":"Chinese medical questions","valid_from":"2026-03-02","valid_until":"2027-03-01","who":3}','sha256:2ed5d74dd522501012b9d8eaa9a4e8fc45c2fb70322fdd3c01c068b503aa2f4e','sha256:0afce4ae6c22f7bee7a57c9f310b6c447f45954eb01af88fd83f91b6b972a67f');
INSERT INTO "log" VALUES(27,'2026-03-02T08:00:00Z','status_events',2,'{"at":"2026-03-02T08:00:00Z","certificate":2,"id":2,"reason":"issued","status":"valid","successor":null,"who":3,"why":"Chinese medical questions"}','sha256:0afce4ae6c22f7bee7a57c9f310b6c447f45954eb01af88fd83f91b6b972a67f','sha256:458a812161ae44c82b71a317f849e3f6f90cac94a66b165dd5c9b98862570d2b');
INSERT INTO "log" VALUES(28,'2026-03-02T08:00:00Z','retests',2,'{"at":"2026-03-02T08:00:00Z","certificate":2,"due":"2027-03-01","id":2,"note":"","trigger":"scheduled","who":3}','sha256:458a812161ae44c82b71a317f849e3f6f90cac94a66b165dd5c9b98862570d2b','sha256:8a367c773c144b8242c28a56d40bf429048f27d6f52039658f724100ddcaab7e');
INSERT INTO "log" VALUES(29,'2026-03-02T08:00:00Z','status_events',3,'{"at":"2026-03-02T08:00:00Z","certificate":1,"id":3,"reason":"replaced","status":"superseded","successor":2,"who":3,"why":"replaced"}','sha256:8a367c773c144b8242c28a56d40bf429048f27d6f52039658f724100ddcaab7e','sha256:48ce8441e24ee009c88d9a40d4dc1274472b62d737329844ea020c18571bc44f');
INSERT INTO "log" VALUES(30,'2026-03-02T08:00:00Z','retested',1,'{"at":"2026-03-02T08:00:00Z","id":1,"retest":1,"submission":null,"who":3,"why":"the certificate was replaced"}','sha256:48ce8441e24ee009c88d9a40d4dc1274472b62d737329844ea020c18571bc44f','sha256:a27463b5308bd10586924653e2d72fe56e1e13d15a622fff8451152ae445dc90');
CREATE TABLE model_facts (
	id INTEGER NOT NULL, 
	model INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(model) REFERENCES models (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
CREATE TABLE models (
	id INTEGER NOT NULL, 
	vendor INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	version TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	descriptor TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (vendor, "key"), 
	FOREIGN KEY(vendor) REFERENCES vendors (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "models" VALUES(1,1,'care-7b','1.0','care-7b
1.0','sha256:25f78e39042f81a0b3336f66c22125d70caeb5b8157b8706920b2389a4807da0','2026-03-02T08:00:00Z',1);
INSERT INTO "models" VALUES(2,1,'care-7b','2.0','care-7b
2.0','sha256:9c1daf685be4caa1866e9ef2fa6bd4fe3104d0344e1467d8d074d1013c739168','2026-03-02T08:00:00Z',1);
CREATE TABLE parts (
	id INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	part TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (attempt, "key"), 
	FOREIGN KEY(attempt) REFERENCES attempts (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "parts" VALUES(1,1,'Dr Li','drli','evaluator','2026-03-02T08:00:00Z',2);
INSERT INTO "parts" VALUES(2,2,'Dr Li','drli','evaluator','2026-03-02T08:00:00Z',2);
CREATE TABLE people (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "people" VALUES(1,'Gu Ping','guping','2026-03-02T08:00:00Z',1);
INSERT INTO "people" VALUES(2,'Dr Li','drli','2026-03-02T08:00:00Z',1);
INSERT INTO "people" VALUES(3,'Zhao Min','zhaomin','2026-03-02T08:00:00Z',1);
INSERT INTO "people" VALUES(4,'Wang Fang','wangfang','2026-03-02T08:00:00Z',1);
CREATE TABLE publications (
	id INTEGER NOT NULL, 
	document TEXT NOT NULL, 
	next_update TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
CREATE TABLE retested (
	id INTEGER NOT NULL, 
	retest INTEGER NOT NULL, 
	submission INTEGER, 
	why TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(retest) REFERENCES retests (id), 
	FOREIGN KEY(submission) REFERENCES submissions (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "retested" VALUES(1,1,NULL,'the certificate was replaced','2026-03-02T08:00:00Z',3);
CREATE TABLE retests (
	id INTEGER NOT NULL, 
	certificate INTEGER NOT NULL, 
	"trigger" TEXT NOT NULL, 
	due TEXT NOT NULL, 
	note TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(certificate) REFERENCES certificates (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "retests" VALUES(1,1,'scheduled','2027-03-01','','2026-03-02T08:00:00Z',3);
INSERT INTO "retests" VALUES(2,2,'scheduled','2027-03-01','','2026-03-02T08:00:00Z',3);
CREATE TABLE roles (
	id INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	roles TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(person) REFERENCES people (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "roles" VALUES(1,1,'registrar','2026-03-02T08:00:00Z',1);
INSERT INTO "roles" VALUES(2,2,'evaluator','2026-03-02T08:00:00Z',1);
INSERT INTO "roles" VALUES(3,3,'decider','2026-03-02T08:00:00Z',1);
INSERT INTO "roles" VALUES(4,4,'evaluator decider','2026-03-02T08:00:00Z',1);
CREATE TABLE status_events (
	id INTEGER NOT NULL, 
	certificate INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	why TEXT NOT NULL, 
	successor INTEGER, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(certificate) REFERENCES certificates (id), 
	FOREIGN KEY(successor) REFERENCES certificates (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "status_events" VALUES(1,1,'valid','issued','Chinese medical questions',NULL,'2026-03-02T08:00:00Z',3);
INSERT INTO "status_events" VALUES(2,2,'valid','issued','Chinese medical questions',NULL,'2026-03-02T08:00:00Z',3);
INSERT INTO "status_events" VALUES(3,1,'superseded','replaced','replaced',2,'2026-03-02T08:00:00Z',3);
CREATE TABLE submissions (
	id INTEGER NOT NULL, 
	model INTEGER NOT NULL, 
	vendor INTEGER NOT NULL, 
	suites TEXT NOT NULL, 
	bank TEXT NOT NULL, 
	standard TEXT NOT NULL, 
	standard_version TEXT NOT NULL, 
	standard_digest TEXT NOT NULL, 
	rank INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (vendor, standard, rank), 
	FOREIGN KEY(model) REFERENCES models (id), 
	FOREIGN KEY(vendor) REFERENCES vendors (id), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "submissions" VALUES(1,1,1,'[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","id":"medical","version":"1.0.0"}]','sha256:6dc82d7d86b04c1dd6a9e46571ac61d14f3a38504001a42d7b9752817a88d85c','example','1','sha256:cdff1659e1d99215003fea125ce732f406fc2181f023d35ac392a61caac3fafb',1,'2026-03-02T08:00:00Z',1);
INSERT INTO "submissions" VALUES(2,2,1,'[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","id":"medical","version":"1.0.0"}]','sha256:6dc82d7d86b04c1dd6a9e46571ac61d14f3a38504001a42d7b9752817a88d85c','example','1','sha256:cdff1659e1d99215003fea125ce732f406fc2181f023d35ac392a61caac3fafb',2,'2026-03-02T08:00:00Z',1);
CREATE TABLE vendors (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	who INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	FOREIGN KEY(who) REFERENCES people (id)
);
INSERT INTO "vendors" VALUES(1,'示例智能科技有限公司','示例智能科技有限公司','2026-03-02T08:00:00Z',1);
CREATE INDEX ix_roles_person ON roles (person);
CREATE INDEX ix_models_vendor ON models (vendor);
CREATE INDEX ix_model_facts_model ON model_facts (model);
CREATE INDEX ix_applications_model ON applications (model);
CREATE INDEX ix_applications_vendor ON applications (vendor);
CREATE INDEX ix_submissions_model ON submissions (model);
CREATE INDEX ix_submissions_vendor ON submissions (vendor);
CREATE UNIQUE INDEX ix_abandoned_submission ON abandoned (submission);
CREATE INDEX ix_attempts_submission ON attempts (submission);
CREATE INDEX ix_ends_attempt ON ends (attempt);
CREATE INDEX ix_parts_attempt ON parts (attempt);
CREATE UNIQUE INDEX ix_decisions_attempt ON decisions (attempt);
CREATE INDEX ix_certificates_decision ON certificates (decision);
CREATE INDEX ix_status_events_certificate ON status_events (certificate);
CREATE INDEX ix_status_events_successor ON status_events (successor);
CREATE INDEX ix_retests_certificate ON retests (certificate);
CREATE UNIQUE INDEX ix_retested_retest ON retested (retest);
CREATE INDEX ix_retested_submission ON retested (submission);
COMMIT;
