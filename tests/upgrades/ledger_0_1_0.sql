BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE allowed_move (
	act VARCHAR(32) NOT NULL, 
	side VARCHAR(32) NOT NULL, 
	from_stage VARCHAR(32) NOT NULL, 
	to_stage VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_allowed_move PRIMARY KEY (act, side, from_stage, to_stage)
)
 WITHOUT ROWID

;
INSERT INTO "allowed_move" VALUES('commit','need','held','committed');
INSERT INTO "allowed_move" VALUES('commit','need','open','committed');
INSERT INTO "allowed_move" VALUES('commit','offer','available','committed');
INSERT INTO "allowed_move" VALUES('commit','offer','held','committed');
INSERT INTO "allowed_move" VALUES('declare','need','undeclared','open');
INSERT INTO "allowed_move" VALUES('declare','offer','undeclared','available');
INSERT INTO "allowed_move" VALUES('deliver','need','committed','delivered');
INSERT INTO "allowed_move" VALUES('deliver','offer','committed','delivered');
INSERT INTO "allowed_move" VALUES('expire','offer','available','expired');
INSERT INTO "allowed_move" VALUES('introduce','need','open','held');
INSERT INTO "allowed_move" VALUES('introduce','offer','available','held');
INSERT INTO "allowed_move" VALUES('reinstate','need','withdrawn','open');
INSERT INTO "allowed_move" VALUES('reinstate','offer','expired','available');
INSERT INTO "allowed_move" VALUES('reinstate','offer','withdrawn','available');
INSERT INTO "allowed_move" VALUES('release','need','committed','open');
INSERT INTO "allowed_move" VALUES('release','need','held','open');
INSERT INTO "allowed_move" VALUES('release','offer','available','expired');
INSERT INTO "allowed_move" VALUES('release','offer','available','withdrawn');
INSERT INTO "allowed_move" VALUES('release','offer','committed','available');
INSERT INTO "allowed_move" VALUES('release','offer','held','available');
INSERT INTO "allowed_move" VALUES('return','need','delivered','committed');
INSERT INTO "allowed_move" VALUES('return','offer','delivered','committed');
INSERT INTO "allowed_move" VALUES('reverse','need','committed','delivered');
INSERT INTO "allowed_move" VALUES('reverse','need','committed','held');
INSERT INTO "allowed_move" VALUES('reverse','need','committed','open');
INSERT INTO "allowed_move" VALUES('reverse','need','delivered','committed');
INSERT INTO "allowed_move" VALUES('reverse','need','held','committed');
INSERT INTO "allowed_move" VALUES('reverse','need','held','open');
INSERT INTO "allowed_move" VALUES('reverse','need','open','committed');
INSERT INTO "allowed_move" VALUES('reverse','need','open','held');
INSERT INTO "allowed_move" VALUES('reverse','need','open','undeclared');
INSERT INTO "allowed_move" VALUES('reverse','need','open','withdrawn');
INSERT INTO "allowed_move" VALUES('reverse','need','undeclared','open');
INSERT INTO "allowed_move" VALUES('reverse','need','withdrawn','open');
INSERT INTO "allowed_move" VALUES('reverse','offer','available','committed');
INSERT INTO "allowed_move" VALUES('reverse','offer','available','expired');
INSERT INTO "allowed_move" VALUES('reverse','offer','available','held');
INSERT INTO "allowed_move" VALUES('reverse','offer','available','undeclared');
INSERT INTO "allowed_move" VALUES('reverse','offer','available','withdrawn');
INSERT INTO "allowed_move" VALUES('reverse','offer','committed','available');
INSERT INTO "allowed_move" VALUES('reverse','offer','committed','delivered');
INSERT INTO "allowed_move" VALUES('reverse','offer','committed','held');
INSERT INTO "allowed_move" VALUES('reverse','offer','delivered','committed');
INSERT INTO "allowed_move" VALUES('reverse','offer','expired','available');
INSERT INTO "allowed_move" VALUES('reverse','offer','held','available');
INSERT INTO "allowed_move" VALUES('reverse','offer','held','committed');
INSERT INTO "allowed_move" VALUES('reverse','offer','undeclared','available');
INSERT INTO "allowed_move" VALUES('reverse','offer','withdrawn','available');
INSERT INTO "allowed_move" VALUES('revise','need','open','undeclared');
INSERT INTO "allowed_move" VALUES('revise','need','undeclared','open');
INSERT INTO "allowed_move" VALUES('revise','offer','available','undeclared');
INSERT INTO "allowed_move" VALUES('revise','offer','undeclared','available');
INSERT INTO "allowed_move" VALUES('withdraw','need','open','withdrawn');
INSERT INTO "allowed_move" VALUES('withdraw','offer','available','withdrawn');
CREATE TABLE balance (
	holder_id INTEGER NOT NULL, 
	free BIGINT NOT NULL, 
	held BIGINT NOT NULL, 
	committed BIGINT NOT NULL, 
	delivered BIGINT NOT NULL, 
	withdrawn BIGINT NOT NULL, 
	expired BIGINT NOT NULL, 
	CONSTRAINT pk_balance PRIMARY KEY (holder_id), 
	CONSTRAINT ck_balance_free CHECK (free BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_balance_held CHECK (held BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_balance_committed CHECK (committed BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_balance_delivered CHECK (delivered BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_balance_withdrawn CHECK (withdrawn BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_balance_expired CHECK (expired BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT fk_balance_holder_id FOREIGN KEY(holder_id) REFERENCES holder (id)
);
INSERT INTO "balance" VALUES(1,2000000000,600000000,400000000,0,0,0);
INSERT INTO "balance" VALUES(2,5000,0,9000,6000,0,0);
INSERT INTO "balance" VALUES(3,4000000000,0,0,0,0,0);
INSERT INTO "balance" VALUES(4,1,0,0,0,0,0);
INSERT INTO "balance" VALUES(5,15000,0,9000,6000,0,0);
INSERT INTO "balance" VALUES(6,3915000000,651000000,434000000,0,0,0);
INSERT INTO "balance" VALUES(7,1,0,0,0,0,0);
CREATE TABLE city (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_city PRIMARY KEY (id), 
	CONSTRAINT fk_city_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_city_code UNIQUE (code), 
	CONSTRAINT uq_city_folded UNIQUE (folded)
);
INSERT INTO "city" VALUES(1,'MHD','mhd',NULL,2);
INSERT INTO "city" VALUES(2,'SPO','spo',NULL,3);
CREATE TABLE city_version (
	city_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	name_local TEXT, 
	country VARCHAR(64) NOT NULL, 
	office_id BIGINT NOT NULL, 
	member_since VARCHAR(10), 
	population BIGINT, 
	geonames_id BIGINT, 
	withdrawn BOOLEAN NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_city_version PRIMARY KEY (city_id, version), 
	CONSTRAINT fk_city_version_city_id FOREIGN KEY(city_id) REFERENCES city (id), 
	CONSTRAINT fk_city_version_country FOREIGN KEY(country) REFERENCES country (code), 
	CONSTRAINT fk_city_version_office_id FOREIGN KEY(office_id) REFERENCES office (id), 
	CONSTRAINT fk_city_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "city_version" VALUES(1,1,'Mashhad',NULL,'IR',2,'1993',NULL,NULL,0,NULL,2,1795895991844044,1);
INSERT INTO "city_version" VALUES(1,2,'Mashhad','مشهد','IR',2,'1993',NULL,NULL,0,'Local name',20,1795896035561459,1);
INSERT INTO "city_version" VALUES(2,1,'São Paulo',NULL,'BR',3,NULL,NULL,NULL,0,NULL,3,1795895994195490,1);
CREATE TABLE country (
	code VARCHAR(64) NOT NULL, 
	alpha3 VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	region VARCHAR(64) NOT NULL, 
	subregion_name TEXT NOT NULL, 
	CONSTRAINT pk_country PRIMARY KEY (code), 
	CONSTRAINT fk_country_region FOREIGN KEY(region) REFERENCES region (code)
);
INSERT INTO "country" VALUES('AD','AND','Andorra','039','Southern Europe');
INSERT INTO "country" VALUES('AE','ARE','United Arab Emirates','145','Western Asia');
INSERT INTO "country" VALUES('AF','AFG','Afghanistan','034','Southern Asia');
INSERT INTO "country" VALUES('AG','ATG','Antigua and Barbuda','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('AI','AIA','Anguilla','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('AL','ALB','Albania','039','Southern Europe');
INSERT INTO "country" VALUES('AM','ARM','Armenia','145','Western Asia');
INSERT INTO "country" VALUES('AO','AGO','Angola','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('AQ','ATA','Antarctica','010','Antarctica');
INSERT INTO "country" VALUES('AR','ARG','Argentina','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('AS','ASM','American Samoa','061','Polynesia');
INSERT INTO "country" VALUES('AT','AUT','Austria','155','Western Europe');
INSERT INTO "country" VALUES('AU','AUS','Australia','053','Australia and New Zealand');
INSERT INTO "country" VALUES('AW','ABW','Aruba','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('AX','ALA','Åland Islands','154','Northern Europe');
INSERT INTO "country" VALUES('AZ','AZE','Azerbaijan','145','Western Asia');
INSERT INTO "country" VALUES('BA','BIH','Bosnia and Herzegovina','039','Southern Europe');
INSERT INTO "country" VALUES('BB','BRB','Barbados','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BD','BGD','Bangladesh','034','Southern Asia');
INSERT INTO "country" VALUES('BE','BEL','Belgium','155','Western Europe');
INSERT INTO "country" VALUES('BF','BFA','Burkina Faso','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('BG','BGR','Bulgaria','151','Eastern Europe');
INSERT INTO "country" VALUES('BH','BHR','Bahrain','145','Western Asia');
INSERT INTO "country" VALUES('BI','BDI','Burundi','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('BJ','BEN','Benin','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('BL','BLM','Saint Barthélemy','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BM','BMU','Bermuda','021','Northern America');
INSERT INTO "country" VALUES('BN','BRN','Brunei Darussalam','035','South-eastern Asia');
INSERT INTO "country" VALUES('BO','BOL','Bolivia','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BQ','BES','Bonaire, Sint Eustatius and Saba','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BR','BRA','Brazil','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BS','BHS','Bahamas','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BT','BTN','Bhutan','034','Southern Asia');
INSERT INTO "country" VALUES('BV','BVT','Bouvet Island','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('BW','BWA','Botswana','018','Sub-Saharan Africa');
INSERT INTO "country" VALUES('BY','BLR','Belarus','151','Eastern Europe');
INSERT INTO "country" VALUES('BZ','BLZ','Belize','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CA','CAN','Canada','021','Northern America');
INSERT INTO "country" VALUES('CC','CCK','Cocos (Keeling) Islands','053','Australia and New Zealand');
INSERT INTO "country" VALUES('CD','COD','Democratic Republic of the Congo','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CF','CAF','Central African Republic','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CG','COG','Congo','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CH','CHE','Switzerland','155','Western Europe');
INSERT INTO "country" VALUES('CI','CIV','Côte d''Ivoire','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CK','COK','Cook Islands','061','Polynesia');
INSERT INTO "country" VALUES('CL','CHL','Chile','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CM','CMR','Cameroon','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CN','CHN','China','030','Eastern Asia');
INSERT INTO "country" VALUES('CO','COL','Colombia','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CR','CRI','Costa Rica','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CU','CUB','Cuba','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CV','CPV','Cabo Verde','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('CW','CUW','Curaçao','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('CX','CXR','Christmas Island','053','Australia and New Zealand');
INSERT INTO "country" VALUES('CY','CYP','Cyprus','145','Western Asia');
INSERT INTO "country" VALUES('CZ','CZE','Czechia','151','Eastern Europe');
INSERT INTO "country" VALUES('DE','DEU','Germany','155','Western Europe');
INSERT INTO "country" VALUES('DJ','DJI','Djibouti','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('DK','DNK','Denmark','154','Northern Europe');
INSERT INTO "country" VALUES('DM','DMA','Dominica','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('DO','DOM','Dominican Republic','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('DZ','DZA','Algeria','015','Northern Africa');
INSERT INTO "country" VALUES('EC','ECU','Ecuador','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('EE','EST','Estonia','154','Northern Europe');
INSERT INTO "country" VALUES('EG','EGY','Egypt','015','Northern Africa');
INSERT INTO "country" VALUES('EH','ESH','Western Sahara','015','Northern Africa');
INSERT INTO "country" VALUES('ER','ERI','Eritrea','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('ES','ESP','Spain','039','Southern Europe');
INSERT INTO "country" VALUES('ET','ETH','Ethiopia','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('FI','FIN','Finland','154','Northern Europe');
INSERT INTO "country" VALUES('FJ','FJI','Fiji','054','Melanesia');
INSERT INTO "country" VALUES('FK','FLK','Falkland Islands (Malvinas)','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('FM','FSM','Micronesia (Federated States of)','057','Micronesia');
INSERT INTO "country" VALUES('FO','FRO','Faroe Islands','154','Northern Europe');
INSERT INTO "country" VALUES('FR','FRA','France','155','Western Europe');
INSERT INTO "country" VALUES('GA','GAB','Gabon','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GB','GBR','United Kingdom','154','Northern Europe');
INSERT INTO "country" VALUES('GD','GRD','Grenada','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('GE','GEO','Georgia','145','Western Asia');
INSERT INTO "country" VALUES('GF','GUF','French Guiana','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('GG','GGY','Guernsey','154','Northern Europe');
INSERT INTO "country" VALUES('GH','GHA','Ghana','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GI','GIB','Gibraltar','039','Southern Europe');
INSERT INTO "country" VALUES('GL','GRL','Greenland','021','Northern America');
INSERT INTO "country" VALUES('GM','GMB','Gambia','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GN','GIN','Guinea','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GP','GLP','Guadeloupe','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('GQ','GNQ','Equatorial Guinea','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GR','GRC','Greece','039','Southern Europe');
INSERT INTO "country" VALUES('GS','SGS','South Georgia and the South Sandwich Islands','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('GT','GTM','Guatemala','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('GU','GUM','Guam','057','Micronesia');
INSERT INTO "country" VALUES('GW','GNB','Guinea-Bissau','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('GY','GUY','Guyana','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('HK','HKG','Hong Kong','030','Eastern Asia');
INSERT INTO "country" VALUES('HM','HMD','Heard Island and McDonald Islands','053','Australia and New Zealand');
INSERT INTO "country" VALUES('HN','HND','Honduras','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('HR','HRV','Croatia','039','Southern Europe');
INSERT INTO "country" VALUES('HT','HTI','Haiti','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('HU','HUN','Hungary','151','Eastern Europe');
INSERT INTO "country" VALUES('ID','IDN','Indonesia','035','South-eastern Asia');
INSERT INTO "country" VALUES('IE','IRL','Ireland','154','Northern Europe');
INSERT INTO "country" VALUES('IL','ISR','Israel','145','Western Asia');
INSERT INTO "country" VALUES('IM','IMN','Isle of Man','154','Northern Europe');
INSERT INTO "country" VALUES('IN','IND','India','034','Southern Asia');
INSERT INTO "country" VALUES('IO','IOT','British Indian Ocean Territory','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('IQ','IRQ','Iraq','145','Western Asia');
INSERT INTO "country" VALUES('IR','IRN','Iran','034','Southern Asia');
INSERT INTO "country" VALUES('IS','ISL','Iceland','154','Northern Europe');
INSERT INTO "country" VALUES('IT','ITA','Italy','039','Southern Europe');
INSERT INTO "country" VALUES('JE','JEY','Jersey','154','Northern Europe');
INSERT INTO "country" VALUES('JM','JAM','Jamaica','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('JO','JOR','Jordan','145','Western Asia');
INSERT INTO "country" VALUES('JP','JPN','Japan','030','Eastern Asia');
INSERT INTO "country" VALUES('KE','KEN','Kenya','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('KG','KGZ','Kyrgyzstan','143','Central Asia');
INSERT INTO "country" VALUES('KH','KHM','Cambodia','035','South-eastern Asia');
INSERT INTO "country" VALUES('KI','KIR','Kiribati','057','Micronesia');
INSERT INTO "country" VALUES('KM','COM','Comoros','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('KN','KNA','Saint Kitts and Nevis','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('KP','PRK','North Korea','030','Eastern Asia');
INSERT INTO "country" VALUES('KR','KOR','South Korea','030','Eastern Asia');
INSERT INTO "country" VALUES('KW','KWT','Kuwait','145','Western Asia');
INSERT INTO "country" VALUES('KY','CYM','Cayman Islands','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('KZ','KAZ','Kazakhstan','143','Central Asia');
INSERT INTO "country" VALUES('LA','LAO','Laos','035','South-eastern Asia');
INSERT INTO "country" VALUES('LB','LBN','Lebanon','145','Western Asia');
INSERT INTO "country" VALUES('LC','LCA','Saint Lucia','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('LI','LIE','Liechtenstein','155','Western Europe');
INSERT INTO "country" VALUES('LK','LKA','Sri Lanka','034','Southern Asia');
INSERT INTO "country" VALUES('LR','LBR','Liberia','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('LS','LSO','Lesotho','018','Sub-Saharan Africa');
INSERT INTO "country" VALUES('LT','LTU','Lithuania','154','Northern Europe');
INSERT INTO "country" VALUES('LU','LUX','Luxembourg','155','Western Europe');
INSERT INTO "country" VALUES('LV','LVA','Latvia','154','Northern Europe');
INSERT INTO "country" VALUES('LY','LBY','Libya','015','Northern Africa');
INSERT INTO "country" VALUES('MA','MAR','Morocco','015','Northern Africa');
INSERT INTO "country" VALUES('MC','MCO','Monaco','155','Western Europe');
INSERT INTO "country" VALUES('MD','MDA','Moldova','151','Eastern Europe');
INSERT INTO "country" VALUES('ME','MNE','Montenegro','039','Southern Europe');
INSERT INTO "country" VALUES('MF','MAF','Saint Martin (French part)','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('MG','MDG','Madagascar','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('MH','MHL','Marshall Islands','057','Micronesia');
INSERT INTO "country" VALUES('MK','MKD','North Macedonia','039','Southern Europe');
INSERT INTO "country" VALUES('ML','MLI','Mali','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('MM','MMR','Myanmar','035','South-eastern Asia');
INSERT INTO "country" VALUES('MN','MNG','Mongolia','030','Eastern Asia');
INSERT INTO "country" VALUES('MO','MAC','Macao','030','Eastern Asia');
INSERT INTO "country" VALUES('MP','MNP','Northern Mariana Islands','057','Micronesia');
INSERT INTO "country" VALUES('MQ','MTQ','Martinique','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('MR','MRT','Mauritania','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('MS','MSR','Montserrat','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('MT','MLT','Malta','039','Southern Europe');
INSERT INTO "country" VALUES('MU','MUS','Mauritius','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('MV','MDV','Maldives','034','Southern Asia');
INSERT INTO "country" VALUES('MW','MWI','Malawi','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('MX','MEX','Mexico','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('MY','MYS','Malaysia','035','South-eastern Asia');
INSERT INTO "country" VALUES('MZ','MOZ','Mozambique','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('NA','NAM','Namibia','018','Sub-Saharan Africa');
INSERT INTO "country" VALUES('NC','NCL','New Caledonia','054','Melanesia');
INSERT INTO "country" VALUES('NE','NER','Niger','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('NF','NFK','Norfolk Island','053','Australia and New Zealand');
INSERT INTO "country" VALUES('NG','NGA','Nigeria','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('NI','NIC','Nicaragua','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('NL','NLD','Netherlands','155','Western Europe');
INSERT INTO "country" VALUES('NO','NOR','Norway','154','Northern Europe');
INSERT INTO "country" VALUES('NP','NPL','Nepal','034','Southern Asia');
INSERT INTO "country" VALUES('NR','NRU','Nauru','057','Micronesia');
INSERT INTO "country" VALUES('NU','NIU','Niue','061','Polynesia');
INSERT INTO "country" VALUES('NZ','NZL','New Zealand','053','Australia and New Zealand');
INSERT INTO "country" VALUES('OM','OMN','Oman','145','Western Asia');
INSERT INTO "country" VALUES('PA','PAN','Panama','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('PE','PER','Peru','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('PF','PYF','French Polynesia','061','Polynesia');
INSERT INTO "country" VALUES('PG','PNG','Papua New Guinea','054','Melanesia');
INSERT INTO "country" VALUES('PH','PHL','Philippines','035','South-eastern Asia');
INSERT INTO "country" VALUES('PK','PAK','Pakistan','034','Southern Asia');
INSERT INTO "country" VALUES('PL','POL','Poland','151','Eastern Europe');
INSERT INTO "country" VALUES('PM','SPM','Saint Pierre and Miquelon','021','Northern America');
INSERT INTO "country" VALUES('PN','PCN','Pitcairn','061','Polynesia');
INSERT INTO "country" VALUES('PR','PRI','Puerto Rico','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('PS','PSE','State of Palestine','145','Western Asia');
INSERT INTO "country" VALUES('PT','PRT','Portugal','039','Southern Europe');
INSERT INTO "country" VALUES('PW','PLW','Palau','057','Micronesia');
INSERT INTO "country" VALUES('PY','PRY','Paraguay','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('QA','QAT','Qatar','145','Western Asia');
INSERT INTO "country" VALUES('RE','REU','Réunion','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('RO','ROU','Romania','151','Eastern Europe');
INSERT INTO "country" VALUES('RS','SRB','Serbia','039','Southern Europe');
INSERT INTO "country" VALUES('RU','RUS','Russian Federation','151','Eastern Europe');
INSERT INTO "country" VALUES('RW','RWA','Rwanda','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SA','SAU','Saudi Arabia','145','Western Asia');
INSERT INTO "country" VALUES('SB','SLB','Solomon Islands','054','Melanesia');
INSERT INTO "country" VALUES('SC','SYC','Seychelles','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SD','SDN','Sudan','015','Northern Africa');
INSERT INTO "country" VALUES('SE','SWE','Sweden','154','Northern Europe');
INSERT INTO "country" VALUES('SG','SGP','Singapore','035','South-eastern Asia');
INSERT INTO "country" VALUES('SH','SHN','Saint Helena','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SI','SVN','Slovenia','039','Southern Europe');
INSERT INTO "country" VALUES('SJ','SJM','Svalbard and Jan Mayen','154','Northern Europe');
INSERT INTO "country" VALUES('SK','SVK','Slovakia','151','Eastern Europe');
INSERT INTO "country" VALUES('SL','SLE','Sierra Leone','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SM','SMR','San Marino','039','Southern Europe');
INSERT INTO "country" VALUES('SN','SEN','Senegal','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SO','SOM','Somalia','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SR','SUR','Suriname','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('SS','SSD','South Sudan','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('ST','STP','Sao Tome and Principe','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('SV','SLV','El Salvador','013','Latin America and the Caribbean');
INSERT INTO "country" VALUES('SX','SXM','Sint Maarten (Dutch part)','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('SY','SYR','Syria','145','Western Asia');
INSERT INTO "country" VALUES('SZ','SWZ','Eswatini','018','Sub-Saharan Africa');
INSERT INTO "country" VALUES('TC','TCA','Turks and Caicos Islands','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('TD','TCD','Chad','017','Sub-Saharan Africa');
INSERT INTO "country" VALUES('TF','ATF','French Southern Territories','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('TG','TGO','Togo','011','Sub-Saharan Africa');
INSERT INTO "country" VALUES('TH','THA','Thailand','035','South-eastern Asia');
INSERT INTO "country" VALUES('TJ','TJK','Tajikistan','143','Central Asia');
INSERT INTO "country" VALUES('TK','TKL','Tokelau','061','Polynesia');
INSERT INTO "country" VALUES('TL','TLS','Timor-Leste','035','South-eastern Asia');
INSERT INTO "country" VALUES('TM','TKM','Turkmenistan','143','Central Asia');
INSERT INTO "country" VALUES('TN','TUN','Tunisia','015','Northern Africa');
INSERT INTO "country" VALUES('TO','TON','Tonga','061','Polynesia');
INSERT INTO "country" VALUES('TR','TUR','Türkiye','145','Western Asia');
INSERT INTO "country" VALUES('TT','TTO','Trinidad and Tobago','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('TV','TUV','Tuvalu','061','Polynesia');
INSERT INTO "country" VALUES('TW','TWN','Taiwan','030','Eastern Asia');
INSERT INTO "country" VALUES('TZ','TZA','Tanzania','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('UA','UKR','Ukraine','151','Eastern Europe');
INSERT INTO "country" VALUES('UG','UGA','Uganda','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('UM','UMI','United States Minor Outlying Islands','057','Micronesia');
INSERT INTO "country" VALUES('US','USA','United States','021','Northern America');
INSERT INTO "country" VALUES('UY','URY','Uruguay','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('UZ','UZB','Uzbekistan','143','Central Asia');
INSERT INTO "country" VALUES('VA','VAT','Holy See','039','Southern Europe');
INSERT INTO "country" VALUES('VC','VCT','Saint Vincent and the Grenadines','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('VE','VEN','Venezuela','005','Latin America and the Caribbean');
INSERT INTO "country" VALUES('VG','VGB','British Virgin Islands','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('VI','VIR','United States Virgin Islands','029','Latin America and the Caribbean');
INSERT INTO "country" VALUES('VN','VNM','Viet Nam','035','South-eastern Asia');
INSERT INTO "country" VALUES('VU','VUT','Vanuatu','054','Melanesia');
INSERT INTO "country" VALUES('WF','WLF','Wallis and Futuna','061','Polynesia');
INSERT INTO "country" VALUES('WS','WSM','Samoa','061','Polynesia');
INSERT INTO "country" VALUES('XK','XKX','Kosovo','039','Southern Europe');
INSERT INTO "country" VALUES('YE','YEM','Yemen','145','Western Asia');
INSERT INTO "country" VALUES('YT','MYT','Mayotte','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('ZA','ZAF','South Africa','018','Sub-Saharan Africa');
INSERT INTO "country" VALUES('ZM','ZMB','Zambia','014','Sub-Saharan Africa');
INSERT INTO "country" VALUES('ZW','ZWE','Zimbabwe','014','Sub-Saharan Africa');
CREATE TABLE deal (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	offer_id BIGINT NOT NULL, 
	need_id BIGINT NOT NULL, 
	rate VARCHAR(64) NOT NULL, 
	rate_road VARCHAR(16), 
	rate_day DATE, 
	instrument VARCHAR(64), 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_deal PRIMARY KEY (id), 
	CONSTRAINT fk_deal_need_id FOREIGN KEY(need_id) REFERENCES need (id), 
	CONSTRAINT fk_deal_offer_id FOREIGN KEY(offer_id) REFERENCES offer (id), 
	CONSTRAINT fk_deal_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_deal_code UNIQUE (code), 
	CONSTRAINT uq_deal_folded UNIQUE (folded)
);
INSERT INTO "deal" VALUES(1,'D-0001','d-0001',1,5,2,'1',NULL,NULL,NULL,13);
INSERT INTO "deal" VALUES(2,'D-0002','d-0002',2,6,1,'1.085','direct','2025-01-10',NULL,17);
CREATE TABLE deal_balance (
	deal_id BIGINT NOT NULL, 
	side VARCHAR(32) NOT NULL, 
	held BIGINT NOT NULL, 
	committed BIGINT NOT NULL, 
	delivered BIGINT NOT NULL, 
	CONSTRAINT pk_deal_balance PRIMARY KEY (deal_id, side), 
	CONSTRAINT ck_deal_balance_held CHECK (held BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_deal_balance_committed CHECK (committed BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_deal_balance_delivered CHECK (delivered BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT fk_deal_balance_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id)
)
 WITHOUT ROWID

;
INSERT INTO "deal_balance" VALUES(1,'need',0,9000,6000);
INSERT INTO "deal_balance" VALUES(1,'offer',0,9000,6000);
INSERT INTO "deal_balance" VALUES(2,'need',600000000,400000000,0);
INSERT INTO "deal_balance" VALUES(2,'offer',651000000,434000000,0);
CREATE TABLE deal_version (
	deal_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	held_until DATE, 
	due_on DATE, 
	note TEXT, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_deal_version PRIMARY KEY (deal_id, version), 
	CONSTRAINT fk_deal_version_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_deal_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "deal_version" VALUES(1,1,'2025-03-31',NULL,NULL,NULL,13,1795896019158811,1);
INSERT INTO "deal_version" VALUES(2,1,'2027-06-30',NULL,NULL,NULL,17,1795896028549174,1);
CREATE TABLE entry (
	id INTEGER NOT NULL, 
	act VARCHAR(32) NOT NULL, 
	effective_on DATE NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	request_id BIGINT NOT NULL, 
	deal_id BIGINT, 
	reference TEXT, 
	reason TEXT, 
	override TEXT, 
	reverses BIGINT, 
	lines SMALLINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_entry PRIMARY KEY (id), 
	CONSTRAINT ck_entry_reverses CHECK ((act = 'reverse') = (reverses IS NOT NULL)), 
	CONSTRAINT ck_entry_lines CHECK (lines > 0), 
	CONSTRAINT fk_entry_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_entry_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT fk_entry_reverses FOREIGN KEY(reverses) REFERENCES entry (id), 
	CONSTRAINT uq_entry_reverses UNIQUE (reverses)
);
INSERT INTO "entry" VALUES(1,'declare','2025-01-15',1795896006452442,8,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(2,'declare','2025-01-15',1795896006452442,8,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(3,'declare','2025-01-16',1795896009014737,9,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(4,'declare','2025-01-16',1795896009014737,9,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(5,'declare','2025-01-20',1795896011877677,10,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(6,'declare','2025-01-20',1795896014496361,11,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(7,'declare','2025-01-20',1795896016851711,12,NULL,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entry" VALUES(8,'introduce','2025-02-01',1795896019158811,13,1,NULL,NULL,NULL,NULL,2,1);
INSERT INTO "entry" VALUES(9,'commit','2025-03-01',1795896021592225,14,1,'Letter 12',NULL,NULL,NULL,2,1);
INSERT INTO "entry" VALUES(10,'release','2025-03-31',1795896023931297,15,1,NULL,'Signed for 150 days',NULL,NULL,2,1);
INSERT INTO "entry" VALUES(11,'deliver','2025-04-10',1795896026246710,16,1,'Report 1',NULL,NULL,NULL,2,1);
INSERT INTO "entry" VALUES(12,'introduce','2025-04-11',1795896028549174,17,2,NULL,NULL,NULL,NULL,2,1);
INSERT INTO "entry" VALUES(13,'commit','2025-04-20',1795896030748138,18,2,NULL,NULL,NULL,NULL,2,1);
INSERT INTO "entry" VALUES(14,'reverse','2025-04-20',1795896038060874,21,2,NULL,'Signed a day later',NULL,13,2,1);
INSERT INTO "entry" VALUES(15,'commit','2025-04-21',1795896040629634,22,2,'Letter 14',NULL,NULL,NULL,2,1);
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	subject TEXT NOT NULL, 
	said TEXT NOT NULL, 
	ours TEXT, 
	theirs TEXT, 
	difference TEXT, 
	command TEXT, 
	provider_id BIGINT, 
	statement VARCHAR(64), 
	line TEXT, 
	deal_id BIGINT, 
	entry_id BIGINT, 
	office VARCHAR(64), 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_finding PRIMARY KEY (id), 
	CONSTRAINT fk_finding_provider_id FOREIGN KEY(provider_id) REFERENCES provider (id), 
	CONSTRAINT fk_finding_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_finding_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id), 
	CONSTRAINT fk_finding_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_finding_key UNIQUE ("key")
);
INSERT INTO "finding" VALUES(1,'4069a368b40b5082a321b54216f76366f7898ca5da3dc37cb8d966b048fc0460','unknown-here','D-0002','Statement BNK-2025-04, line 2: 1000000.00 USD delivered for deal D-0002, offer O-0002, need N-0001 (TX-1) on 2025-04-21. The ledger has nothing of the kind.','0.00 USD','1000000.00 USD','1000000.00 USD','cityfund deal deliver D-0002 ''921658.99 EUR'' --on 2025-04-21 --reference TX-1',2,'BNK-2025-04','2',2,NULL,'asia',26,1795896049655842);
CREATE TABLE finding_event (
	finding_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_finding_event PRIMARY KEY (finding_id, number), 
	CONSTRAINT ck_finding_event_number CHECK ((number = 1) = (event = 'opened')), 
	CONSTRAINT ck_finding_event_event CHECK (event IN ('opened', 'settled', 'reopened', 'healed')), 
	CONSTRAINT fk_finding_event_finding_id FOREIGN KEY(finding_id) REFERENCES finding (id), 
	CONSTRAINT fk_finding_event_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "finding_event" VALUES(1,1,'opened',NULL,26,1795896049655842);
INSERT INTO "finding_event" VALUES(1,2,'settled','The bank counts by value date',29,1795896056467382);
CREATE TABLE gap_snapshot (
	need_id BIGINT NOT NULL, 
	day DATE NOT NULL, 
	taken SMALLINT NOT NULL, 
	status VARCHAR(64) NOT NULL, 
	free BIGINT NOT NULL, 
	held BIGINT NOT NULL, 
	committed BIGINT NOT NULL, 
	delivered BIGINT NOT NULL, 
	withdrawn BIGINT NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_gap_snapshot PRIMARY KEY (need_id, day, taken), 
	CONSTRAINT ck_gap_snapshot_free CHECK (free BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_gap_snapshot_held CHECK (held BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_gap_snapshot_committed CHECK (committed BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_gap_snapshot_delivered CHECK (delivered BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT ck_gap_snapshot_withdrawn CHECK (withdrawn BETWEEN 0 AND 100000000000000000), 
	CONSTRAINT fk_gap_snapshot_need_id FOREIGN KEY(need_id) REFERENCES need (id), 
	CONSTRAINT fk_gap_snapshot_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "gap_snapshot" VALUES(1,'2026-11-28',1,'identification',2000000000,600000000,400000000,0,0,27);
INSERT INTO "gap_snapshot" VALUES(2,'2026-11-28',1,'identification',5000,0,9000,6000,0,27);
INSERT INTO "gap_snapshot" VALUES(3,'2026-11-28',1,'preparation',4000000000,0,0,0,0,27);
INSERT INTO "gap_snapshot" VALUES(4,'2026-11-28',1,'preparation',1,0,0,0,0,27);
CREATE TABLE holder (
	id INTEGER NOT NULL, 
	side VARCHAR(32) NOT NULL, 
	unit VARCHAR(64) NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_holder PRIMARY KEY (id), 
	CONSTRAINT ck_holder_side CHECK (side IN ('need', 'offer')), 
	CONSTRAINT fk_holder_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT fk_holder_unit FOREIGN KEY(unit) REFERENCES unit (code), 
	CONSTRAINT uq_holder_id_unit UNIQUE (id, unit)
);
INSERT INTO "holder" VALUES(1,'need','EUR',8);
INSERT INTO "holder" VALUES(2,'need','person-day',8);
INSERT INTO "holder" VALUES(3,'need','EUR',9);
INSERT INTO "holder" VALUES(4,'need','package',9);
INSERT INTO "holder" VALUES(5,'offer','person-day',10);
INSERT INTO "holder" VALUES(6,'offer','USD',11);
INSERT INTO "holder" VALUES(7,'offer','package',12);
CREATE TABLE instrument (
	code VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	iati_finance_type VARCHAR(64), 
	CONSTRAINT pk_instrument PRIMARY KEY (code)
);
INSERT INTO "instrument" VALUES('grant','Grant','110');
INSERT INTO "instrument" VALUES('loan','Loan','421');
INSERT INTO "instrument" VALUES('concessional-loan','Concessional loan','421');
INSERT INTO "instrument" VALUES('equity','Equity','510');
INSERT INTO "instrument" VALUES('guarantee','Guarantee','1100');
INSERT INTO "instrument" VALUES('bond','Bond','423');
INSERT INTO "instrument" VALUES('in-kind','In kind',NULL);
INSERT INTO "instrument" VALUES('reimbursable-grant','Reimbursable grant','422');
INSERT INTO "instrument" VALUES('subordinated-loan','Subordinated loan','431');
INSERT INTO "instrument" VALUES('results-based','Results-based finance',NULL);
CREATE TABLE introduced_line (
	entry_id BIGINT NOT NULL, 
	proposal_id BIGINT NOT NULL, 
	line INTEGER NOT NULL, 
	CONSTRAINT pk_introduced_line PRIMARY KEY (entry_id), 
	CONSTRAINT fk_introduced_line_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id), 
	CONSTRAINT fk_introduced_line_proposal_id_line FOREIGN KEY(proposal_id, line) REFERENCES proposal_line (proposal_id, line), 
	CONSTRAINT uq_introduced_line_proposal_id_line UNIQUE (proposal_id, line)
)
 WITHOUT ROWID

;
CREATE TABLE movement (
	entry_id BIGINT NOT NULL, 
	line SMALLINT NOT NULL, 
	holder_id BIGINT NOT NULL, 
	deal_id BIGINT, 
	unit VARCHAR(64) NOT NULL, 
	from_stage VARCHAR(32) NOT NULL, 
	to_stage VARCHAR(32) NOT NULL, 
	amount BIGINT NOT NULL, 
	effective_on DATE NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_movement PRIMARY KEY (entry_id, line), 
	CONSTRAINT ck_movement_amount CHECK (amount BETWEEN 1 AND 100000000000000000), 
	CONSTRAINT ck_movement_stages CHECK (from_stage <> to_stage), 
	CONSTRAINT fk_movement_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_movement_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id), 
	CONSTRAINT fk_movement_holder_id FOREIGN KEY(holder_id) REFERENCES holder (id)
)
 WITHOUT ROWID

;
INSERT INTO "movement" VALUES(1,1,1,NULL,'EUR','undeclared','open',3000000000,'2025-01-15',1795896006452442);
INSERT INTO "movement" VALUES(2,1,2,NULL,'person-day','undeclared','open',20000,'2025-01-15',1795896006452442);
INSERT INTO "movement" VALUES(3,1,3,NULL,'EUR','undeclared','open',4000000000,'2025-01-16',1795896009014737);
INSERT INTO "movement" VALUES(4,1,4,NULL,'package','undeclared','open',1,'2025-01-16',1795896009014737);
INSERT INTO "movement" VALUES(5,1,5,NULL,'person-day','undeclared','available',30000,'2025-01-20',1795896011877677);
INSERT INTO "movement" VALUES(6,1,6,NULL,'USD','undeclared','available',5000000000,'2025-01-20',1795896014496361);
INSERT INTO "movement" VALUES(7,1,7,NULL,'package','undeclared','available',1,'2025-01-20',1795896016851711);
INSERT INTO "movement" VALUES(8,1,2,1,'person-day','open','held',20000,'2025-02-01',1795896019158811);
INSERT INTO "movement" VALUES(8,2,5,1,'person-day','available','held',20000,'2025-02-01',1795896019158811);
INSERT INTO "movement" VALUES(9,1,2,1,'person-day','held','committed',15000,'2025-03-01',1795896021592225);
INSERT INTO "movement" VALUES(9,2,5,1,'person-day','held','committed',15000,'2025-03-01',1795896021592225);
INSERT INTO "movement" VALUES(10,1,2,1,'person-day','held','open',5000,'2025-03-31',1795896023931297);
INSERT INTO "movement" VALUES(10,2,5,1,'person-day','held','available',5000,'2025-03-31',1795896023931297);
INSERT INTO "movement" VALUES(11,1,2,1,'person-day','committed','delivered',6000,'2025-04-10',1795896026246710);
INSERT INTO "movement" VALUES(11,2,5,1,'person-day','committed','delivered',6000,'2025-04-10',1795896026246710);
INSERT INTO "movement" VALUES(12,1,1,2,'EUR','open','held',1000000000,'2025-04-11',1795896028549174);
INSERT INTO "movement" VALUES(12,2,6,2,'USD','available','held',1085000000,'2025-04-11',1795896028549174);
INSERT INTO "movement" VALUES(13,1,1,2,'EUR','held','committed',400000000,'2025-04-20',1795896030748138);
INSERT INTO "movement" VALUES(13,2,6,2,'USD','held','committed',434000000,'2025-04-20',1795896030748138);
INSERT INTO "movement" VALUES(14,1,6,2,'USD','committed','held',434000000,'2025-04-20',1795896038060874);
INSERT INTO "movement" VALUES(14,2,1,2,'EUR','committed','held',400000000,'2025-04-20',1795896038060874);
INSERT INTO "movement" VALUES(15,1,1,2,'EUR','held','committed',400000000,'2025-04-21',1795896040629634);
INSERT INTO "movement" VALUES(15,2,6,2,'USD','held','committed',434000000,'2025-04-21',1795896040629634);
CREATE TABLE need (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	project_id BIGINT NOT NULL, 
	factor VARCHAR(32) NOT NULL, 
	unit VARCHAR(64) NOT NULL, 
	declared_on DATE NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_need PRIMARY KEY (id), 
	CONSTRAINT fk_need_id_unit FOREIGN KEY(id, unit) REFERENCES holder (id, unit), 
	CONSTRAINT fk_need_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_need_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_need_code UNIQUE (code), 
	CONSTRAINT uq_need_folded UNIQUE (folded)
);
INSERT INTO "need" VALUES(1,'N-0001','n-0001',1,1,'money','EUR','2025-01-15',8);
INSERT INTO "need" VALUES(2,'N-0002','n-0002',2,1,'expertise','person-day','2025-01-15',8);
INSERT INTO "need" VALUES(3,'N-0003','n-0003',3,2,'money','EUR','2025-01-16',9);
INSERT INTO "need" VALUES(4,'N-0004','n-0004',4,2,'implementation','package','2025-01-16',9);
CREATE TABLE need_version (
	need_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	topic TEXT, 
	needed_by DATE, 
	divisible BOOLEAN NOT NULL, 
	instruments TEXT NOT NULL, 
	note TEXT, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_need_version PRIMARY KEY (need_id, version), 
	CONSTRAINT fk_need_version_need_id FOREIGN KEY(need_id) REFERENCES need (id), 
	CONSTRAINT fk_need_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "need_version" VALUES(1,1,NULL,NULL,1,'',NULL,NULL,8,1795896006452442,1);
INSERT INTO "need_version" VALUES(2,1,'bus-rapid-transit',NULL,1,'',NULL,NULL,8,1795896006452442,1);
INSERT INTO "need_version" VALUES(3,1,NULL,NULL,1,'',NULL,NULL,9,1795896009014737,1);
INSERT INTO "need_version" VALUES(4,1,'monorail',NULL,0,'',NULL,NULL,9,1795896009014737,1);
CREATE TABLE night_lock (
	name VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_night_lock PRIMARY KEY (name), 
	CONSTRAINT ck_night_lock_name CHECK (name = 'night')
)
 WITHOUT ROWID

;
INSERT INTO "night_lock" VALUES('night');
CREATE TABLE night_run (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	steps TEXT NOT NULL, 
	whole BOOLEAN NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	"system_user" VARCHAR(200) NOT NULL, 
	host VARCHAR(255) NOT NULL, 
	database_user VARCHAR(200), 
	program VARCHAR(40) NOT NULL, 
	started_at BIGINT NOT NULL, 
	CONSTRAINT pk_night_run PRIMARY KEY (id)
);
INSERT INTO "night_run" VALUES(1,'2026-11-28','lapse;statements;gaps;propose;check;seal;report',1,'leila','root','vm',NULL,'cityfund 0.1.0',1795896049224535);
CREATE TABLE night_step (
	run_id BIGINT NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	place SMALLINT NOT NULL, 
	figures TEXT NOT NULL, 
	findings TEXT NOT NULL, 
	offices TEXT NOT NULL, 
	lines TEXT NOT NULL, 
	changed BOOLEAN NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT NOT NULL, 
	CONSTRAINT pk_night_step PRIMARY KEY (run_id, name), 
	CONSTRAINT fk_night_step_run_id FOREIGN KEY(run_id) REFERENCES night_run (id)
)
 WITHOUT ROWID

;
INSERT INTO "night_step" VALUES(1,'check',5,'{"checks": 20, "broken": 0, "examined": 1037, "requests": 27}','[]','{}','[]',0,1795896050646719,1795896051790312);
INSERT INTO "night_step" VALUES(1,'gaps',3,'{"needs": 4, "changed": 4}','[]','{}','[]',1,1795896049696817,1795896049750760);
INSERT INTO "night_step" VALUES(1,'lapse',1,'{"holds_lapsed": 0, "offers_lapsed": 0, "left_alone": 0, "days_ahead": 7, "holds_lapsing": 0, "offers_lapsing": 0}','[]','{}','[]',0,1795896049254473,1795896049311423);
INSERT INTO "night_step" VALUES(1,'propose',4,'{"proposal": "MAT-0001", "projects_completed": 1, "weight": "1", "bound": "1", "lines": 4, "limited": 0, "requests": 27}','[]','{"americas": {"lines_proposed": 2, "projects_completed": 0}, "asia": {"lines_proposed": 2, "projects_completed": 1}}','["The same as before: cityfund match show MAT-0001"]',0,1795896049755667,1795896050637149);
INSERT INTO "night_step" VALUES(1,'report',7,'{"steps": 6, "changed": 3, "findings": 1}','[]','{}','[]',0,1795896051882847,1795896051882914);
INSERT INTO "night_step" VALUES(1,'seal',6,'{"seal": 2, "entries": 240, "new": 14, "root": "f943b721d9ca69126247fee6f7d01ebc52a7c5987e0317ece71fa192625eb650"}','[]','{}','["Keep this outside the ledger: 240:f943b721d9ca69126247fee6f7d01ebc52a7c5987e0317ece71fa192625eb650"]',1,1795896051797020,1795896051877325);
INSERT INTO "night_step" VALUES(1,'statements',2,'{"files_read": 1, "files_skipped": 0, "files_bad": 0, "lines": 2, "confirmed": 1, "providers_unchanged": 0, "deliveries_posted": 0, "opened": 1, "reopened": 0, "healed": 0, "open": 1, "through_request": 25, "tolerance_days": 3}','[{"kind": "unknown-here", "subject": "D-0002", "ours": "0.00 USD", "theirs": "1000000.00 USD", "difference": "1000000.00 USD", "command": "cityfund deal deliver D-0002 ''921658.99 EUR'' --on 2025-04-21 --reference TX-1", "said": "Statement BNK-2025-04, line 2: 1000000.00 USD delivered for deal D-0002, offer O-0002, need N-0001 (TX-1) on 2025-04-21. The ledger has nothing of the kind.", "code": "F-0001", "office": "asia"}]','{"asia": {"statement_findings": 1}}','[]',1,1795896049324730,1795896049689508);
CREATE TABLE offer (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	provider_id BIGINT NOT NULL, 
	factor VARCHAR(32) NOT NULL, 
	unit VARCHAR(64) NOT NULL, 
	declared_on DATE NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_offer PRIMARY KEY (id), 
	CONSTRAINT fk_offer_id_unit FOREIGN KEY(id, unit) REFERENCES holder (id, unit), 
	CONSTRAINT fk_offer_provider_id FOREIGN KEY(provider_id) REFERENCES provider (id), 
	CONSTRAINT fk_offer_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_offer_code UNIQUE (code), 
	CONSTRAINT uq_offer_folded UNIQUE (folded)
);
INSERT INTO "offer" VALUES(5,'O-0001','o-0001',1,1,'expertise','person-day','2025-01-20',10);
INSERT INTO "offer" VALUES(6,'O-0002','o-0002',2,2,'money','USD','2025-01-20',11);
INSERT INTO "offer" VALUES(7,'O-0003','o-0003',3,3,'implementation','package','2025-01-20',12);
CREATE TABLE offer_version (
	offer_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	topics TEXT NOT NULL, 
	valid_from DATE, 
	valid_until DATE, 
	available_from DATE, 
	sectors TEXT NOT NULL, 
	countries TEXT NOT NULL, 
	regions TEXT NOT NULL, 
	cities TEXT NOT NULL, 
	excluded_countries TEXT NOT NULL, 
	instruments TEXT NOT NULL, 
	min_ticket BIGINT, 
	max_ticket BIGINT, 
	max_share VARCHAR(64), 
	condition VARCHAR(20), 
	rate VARCHAR(64), 
	note TEXT, 
	withdrawn BOOLEAN NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_offer_version PRIMARY KEY (offer_id, version), 
	CONSTRAINT fk_offer_version_offer_id FOREIGN KEY(offer_id) REFERENCES offer (id), 
	CONSTRAINT fk_offer_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "offer_version" VALUES(5,1,'bus-rapid-transit',NULL,NULL,NULL,'','','','','','',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,10,1795896011877677,1);
INSERT INTO "offer_version" VALUES(6,1,'',NULL,'2027-12-31',NULL,'transport','','','','','',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,11,1795896014496361,1);
INSERT INTO "offer_version" VALUES(7,1,'monorail',NULL,NULL,NULL,'','','','','','',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,12,1795896016851711,1);
CREATE TABLE office (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_office PRIMARY KEY (id), 
	CONSTRAINT fk_office_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_office_code UNIQUE (code), 
	CONSTRAINT uq_office_folded UNIQUE (folded)
);
INSERT INTO "office" VALUES(1,'hq','hq',NULL,1);
INSERT INTO "office" VALUES(2,'asia','asia',NULL,1);
INSERT INTO "office" VALUES(3,'americas','americas',NULL,1);
INSERT INTO "office" VALUES(4,'africa','africa',NULL,1);
CREATE TABLE office_version (
	office_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	host TEXT, 
	regions TEXT NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_office_version PRIMARY KEY (office_id, version), 
	CONSTRAINT fk_office_version_office_id FOREIGN KEY(office_id) REFERENCES office (id), 
	CONSTRAINT fk_office_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "office_version" VALUES(1,1,'Headquarters','Paris','150;009;010',0,NULL,1,1795895989722246,1);
INSERT INTO "office_version" VALUES(2,1,'Asian office','Mashhad','142',0,NULL,1,1795895989722246,1);
INSERT INTO "office_version" VALUES(3,1,'Office for the Americas',NULL,'019',0,NULL,1,1795895989722246,1);
INSERT INTO "office_version" VALUES(4,1,'African office',NULL,'002',0,NULL,1,1795895989722246,1);
CREATE TABLE project (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	city_id BIGINT NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT fk_project_city_id FOREIGN KEY(city_id) REFERENCES city (id), 
	CONSTRAINT fk_project_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_project_code UNIQUE (code), 
	CONSTRAINT uq_project_folded UNIQUE (folded)
);
INSERT INTO "project" VALUES(1,'PRJ-0001','prj-0001',1,1,8);
INSERT INTO "project" VALUES(2,'PRJ-0002','prj-0002',2,2,9);
CREATE TABLE project_status (
	code VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	CONSTRAINT pk_project_status PRIMARY KEY (code)
);
INSERT INTO "project_status" VALUES('identification','Identification',1);
INSERT INTO "project_status" VALUES('preparation','Preparation',1);
INSERT INTO "project_status" VALUES('implementation','Implementation',1);
INSERT INTO "project_status" VALUES('completion','Completion',0);
INSERT INTO "project_status" VALUES('maintenance','Maintenance',0);
INSERT INTO "project_status" VALUES('decommissioning','Decommissioning',0);
INSERT INTO "project_status" VALUES('decommissioned','Decommissioned',0);
INSERT INTO "project_status" VALUES('cancelled','Cancelled',0);
CREATE TABLE project_version (
	project_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	sector VARCHAR(64) NOT NULL, 
	status VARCHAR(64) NOT NULL, 
	weight SMALLINT NOT NULL, 
	starts_on DATE, 
	ends_on DATE, 
	description TEXT, 
	source TEXT, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_project_version PRIMARY KEY (project_id, version), 
	CONSTRAINT ck_project_version_weight CHECK (weight BETWEEN 1 AND 100), 
	CONSTRAINT fk_project_version_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_project_version_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT fk_project_version_sector FOREIGN KEY(sector) REFERENCES sector (code), 
	CONSTRAINT fk_project_version_status FOREIGN KEY(status) REFERENCES project_status (code)
)
 WITHOUT ROWID

;
INSERT INTO "project_version" VALUES(1,1,'Bus rapid transit','transport.urban','identification',1,NULL,NULL,NULL,NULL,NULL,8,1795896006452442,1);
INSERT INTO "project_version" VALUES(2,1,'Monorail','transport.urban','identification',1,NULL,NULL,NULL,NULL,NULL,9,1795896009014737,1);
INSERT INTO "project_version" VALUES(2,2,'Monorail','transport.urban','preparation',1,NULL,NULL,NULL,NULL,'Study finished',24,1795896046465254,1);
CREATE TABLE proposal (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	day DATE NOT NULL, 
	selection TEXT NOT NULL, 
	solver TEXT NOT NULL, 
	limited BOOLEAN NOT NULL, 
	milliseconds BIGINT NOT NULL, 
	complete_value VARCHAR(64) NOT NULL, 
	complete_bound VARCHAR(64) NOT NULL, 
	coverage_value VARCHAR(64) NOT NULL, 
	coverage_bound VARCHAR(64) NOT NULL, 
	cost VARCHAR(64) NOT NULL, 
	cost_unit VARCHAR(64) NOT NULL, 
	cost_unknown INTEGER NOT NULL, 
	without_rate TEXT NOT NULL, 
	solved_on BIGINT, 
	lines INTEGER NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_proposal PRIMARY KEY (id), 
	CONSTRAINT ck_proposal_lines CHECK (lines >= 0), 
	CONSTRAINT fk_proposal_cost_unit FOREIGN KEY(cost_unit) REFERENCES unit (code), 
	CONSTRAINT fk_proposal_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT fk_proposal_solved_on FOREIGN KEY(solved_on) REFERENCES entry (id), 
	CONSTRAINT uq_proposal_code UNIQUE (code), 
	CONSTRAINT uq_proposal_folded UNIQUE (folded)
);
INSERT INTO "proposal" VALUES(1,'MAT-0001','mat-0001',1,'2026-11-28','[]','HiGHS 1.16.0',0,677,'1','1','2.3187404','2.3187404','0','EUR',2,'',15,4,NULL,23,1795896043947956);
CREATE TABLE proposal_line (
	proposal_id BIGINT NOT NULL, 
	line INTEGER NOT NULL, 
	offer_id BIGINT NOT NULL, 
	need_id BIGINT NOT NULL, 
	need_amount BIGINT NOT NULL, 
	need_unit VARCHAR(64) NOT NULL, 
	offer_amount BIGINT NOT NULL, 
	offer_unit VARCHAR(64) NOT NULL, 
	rate VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_proposal_line PRIMARY KEY (proposal_id, line), 
	CONSTRAINT ck_proposal_line_need_amount CHECK (need_amount BETWEEN 1 AND 100000000000000000), 
	CONSTRAINT ck_proposal_line_offer_amount CHECK (offer_amount BETWEEN 1 AND 100000000000000000), 
	CONSTRAINT fk_proposal_line_need_id FOREIGN KEY(need_id) REFERENCES need (id), 
	CONSTRAINT fk_proposal_line_need_unit FOREIGN KEY(need_unit) REFERENCES unit (code), 
	CONSTRAINT fk_proposal_line_offer_id FOREIGN KEY(offer_id) REFERENCES offer (id), 
	CONSTRAINT fk_proposal_line_offer_unit FOREIGN KEY(offer_unit) REFERENCES unit (code), 
	CONSTRAINT fk_proposal_line_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id)
)
 WITHOUT ROWID

;
INSERT INTO "proposal_line" VALUES(1,1,6,1,2000000000,'EUR',2170000000,'USD','1.085');
INSERT INTO "proposal_line" VALUES(1,2,5,2,5000,'person-day',5000,'person-day','1');
INSERT INTO "proposal_line" VALUES(1,3,6,3,1608294930,'EUR',1745000000,'USD','1.085');
INSERT INTO "proposal_line" VALUES(1,4,7,4,1,'package',1,'package','1');
CREATE TABLE proposal_project (
	proposal_id BIGINT NOT NULL, 
	project_id BIGINT NOT NULL, 
	weight SMALLINT NOT NULL, 
	CONSTRAINT pk_proposal_project PRIMARY KEY (proposal_id, project_id), 
	CONSTRAINT ck_proposal_project_weight CHECK (weight BETWEEN 1 AND 100), 
	CONSTRAINT fk_proposal_project_project_id FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_proposal_project_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id)
)
 WITHOUT ROWID

;
INSERT INTO "proposal_project" VALUES(1,1,1);
CREATE TABLE provider (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	folded TEXT NOT NULL, 
	number INTEGER, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_provider PRIMARY KEY (id), 
	CONSTRAINT fk_provider_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_provider_code UNIQUE (code), 
	CONSTRAINT uq_provider_folded UNIQUE (folded)
);
INSERT INTO "provider" VALUES(1,'SAO','sao',NULL,4);
INSERT INTO "provider" VALUES(2,'BNK','bnk',NULL,5);
INSERT INTO "provider" VALUES(3,'RLW','rlw',NULL,6);
CREATE TABLE provider_version (
	provider_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	country VARCHAR(64), 
	city_id BIGINT, 
	sample BOOLEAN NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_provider_version PRIMARY KEY (provider_id, version), 
	CONSTRAINT fk_provider_version_city_id FOREIGN KEY(city_id) REFERENCES city (id), 
	CONSTRAINT fk_provider_version_country FOREIGN KEY(country) REFERENCES country (code), 
	CONSTRAINT fk_provider_version_provider_id FOREIGN KEY(provider_id) REFERENCES provider (id), 
	CONSTRAINT fk_provider_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "provider_version" VALUES(1,1,'São Paulo','city','BR',NULL,0,0,NULL,4,1795895996265704,1);
INSERT INTO "provider_version" VALUES(2,1,'Development Bank','bank','FR',NULL,0,0,NULL,5,1795895998288594,1);
INSERT INTO "provider_version" VALUES(3,1,'Rail Works','firm','JP',NULL,0,0,NULL,6,1795896000844625,1);
CREATE TABLE rate (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	base VARCHAR(64) NOT NULL, 
	quote VARCHAR(64) NOT NULL, 
	rate VARCHAR(64) NOT NULL, 
	source TEXT, 
	withdrawn BOOLEAN NOT NULL, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_rate PRIMARY KEY (id), 
	CONSTRAINT ck_rate_rate CHECK (CAST(rate AS NUMERIC) > 0), 
	CONSTRAINT fk_rate_base FOREIGN KEY(base) REFERENCES unit (code), 
	CONSTRAINT fk_rate_quote FOREIGN KEY(quote) REFERENCES unit (code), 
	CONSTRAINT fk_rate_request_id FOREIGN KEY(request_id) REFERENCES request (id)
);
INSERT INTO "rate" VALUES(1,'2025-01-10','EUR','USD','1.085',NULL,0,7,1795896003726839);
CREATE TABLE receipt (
	request_id INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_receipt PRIMARY KEY (request_id), 
	CONSTRAINT fk_receipt_request_id FOREIGN KEY(request_id) REFERENCES request (id)
);
INSERT INTO "receipt" VALUES(1,'{"deal": null, "entries": [], "entry": null, "key": "auto-40b604a524e94482b51cb771f43f84ef", "need": null, "notes": [], "offer": null, "registers": [{"code": "AED", "kind": "unit", "version": 1}, {"code": "AFN", "kind": "unit", "version": 1}, {"code": "ALL", "kind": "unit", "version": 1}, {"code": "AMD", "kind": "unit", "version": 1}, {"code": "ANG", "kind": "unit", "version": 1}, {"code": "AOA", "kind": "unit", "version": 1}, {"code": "ARS", "kind": "unit", "version": 1}, {"code": "AUD", "kind": "unit", "version": 1}, {"code": "AWG", "kind": "unit", "version": 1}, {"code": "AZN", "kind": "unit", "version": 1}, {"code": "BAM", "kind": "unit", "version": 1}, {"code": "BBD", "kind": "unit", "version": 1}, {"code": "BDT", "kind": "unit", "version": 1}, {"code": "BGN", "kind": "unit", "version": 1}, {"code": "BHD", "kind": "unit", "version": 1}, {"code": "BIF", "kind": "unit", "version": 1}, {"code": "BMD", "kind": "unit", "version": 1}, {"code": "BND", "kind": "unit", "version": 1}, {"code": "BOB", "kind": "unit", "version": 1}, {"code": "BOV", "kind": "unit", "version": 1}, {"code": "BRL", "kind": "unit", "version": 1}, {"code": "BSD", "kind": "unit", "version": 1}, {"code": "BTN", "kind": "unit", "version": 1}, {"code": "BWP", "kind": "unit", "version": 1}, {"code": "BYN", "kind": "unit", "version": 1}, {"code": "BZD", "kind": "unit", "version": 1}, {"code": "CAD", "kind": "unit", "version": 1}, {"code": "CDF", "kind": "unit", "version": 1}, {"code": "CHE", "kind": "unit", "version": 1}, {"code": "CHF", "kind": "unit", "version": 1}, {"code": "CHW", "kind": "unit", "version": 1}, {"code": "CLF", "kind": "unit", "version": 1}, {"code": "CLP", "kind": "unit", "version": 1}, {"code": "CNY", "kind": "unit", "version": 1}, {"code": "COP", "kind": "unit", "version": 1}, {"code": "COU", "kind": "unit", "version": 1}, {"code": "CRC", "kind": "unit", "version": 1}, {"code": "CUP", "kind": "unit", "version": 1}, {"code": "CVE", "kind": "unit", "version": 1}, {"code": "CZK", "kind": "unit", "version": 1}, {"code": "DJF", "kind": "unit", "version": 1}, {"code": "DKK", "kind": "unit", "version": 1}, {"code": "DOP", "kind": "unit", "version": 1}, {"code": "DZD", "kind": "unit", "version": 1}, {"code": "EGP", "kind": "unit", "version": 1}, {"code": "ERN", "kind": "unit", "version": 1}, {"code": "ETB", "kind": "unit", "version": 1}, {"code": "EUR", "kind": "unit", "version": 1}, {"code": "FJD", "kind": "unit", "version": 1}, {"code": "FKP", "kind": "unit", "version": 1}, {"code": "GBP", "kind": "unit", "version": 1}, {"code": "GEL", "kind": "unit", "version": 1}, {"code": "GHS", "kind": "unit", "version": 1}, {"code": "GIP", "kind": "unit", "version": 1}, {"code": "GMD", "kind": "unit", "version": 1}, {"code": "GNF", "kind": "unit", "version": 1}, {"code": "GTQ", "kind": "unit", "version": 1}, {"code": "GYD", "kind": "unit", "version": 1}, {"code": "HKD", "kind": "unit", "version": 1}, {"code": "HNL", "kind": "unit", "version": 1}, {"code": "HRK", "kind": "unit", "version": 1}, {"code": "HTG", "kind": "unit", "version": 1}, {"code": "HUF", "kind": "unit", "version": 1}, {"code": "IDR", "kind": "unit", "version": 1}, {"code": "ILS", "kind": "unit", "version": 1}, {"code": "INR", "kind": "unit", "version": 1}, {"code": "IQD", "kind": "unit", "version": 1}, {"code": "IRR", "kind": "unit", "version": 1}, {"code": "ISK", "kind": "unit", "version": 1}, {"code": "JMD", "kind": "unit", "version": 1}, {"code": "JOD", "kind": "unit", "version": 1}, {"code": "JPY", "kind": "unit", "version": 1}, {"code": "KES", "kind": "unit", "version": 1}, {"code": "KGS", "kind": "unit", "version": 1}, {"code": "KHR", "kind": "unit", "version": 1}, {"code": "KMF", "kind": "unit", "version": 1}, {"code": "KPW", "kind": "unit", "version": 1}, {"code": "KRW", "kind": "unit", "version": 1}, {"code": "KWD", "kind": "unit", "version": 1}, {"code": "KYD", "kind": "unit", "version": 1}, {"code": "KZT", "kind": "unit", "version": 1}, {"code": "LAK", "kind": "unit", "version": 1}, {"code": "LBP", "kind": "unit", "version": 1}, {"code": "LKR", "kind": "unit", "version": 1}, {"code": "LRD", "kind": "unit", "version": 1}, {"code": "LSL", "kind": "unit", "version": 1}, {"code": "LYD", "kind": "unit", "version": 1}, {"code": "MAD", "kind": "unit", "version": 1}, {"code": "MDL", "kind": "unit", "version": 1}, {"code": "MGA", "kind": "unit", "version": 1}, {"code": "MKD", "kind": "unit", "version": 1}, {"code": "MMK", "kind": "unit", "version": 1}, {"code": "MNT", "kind": "unit", "version": 1}, {"code": "MOP", "kind": "unit", "version": 1}, {"code": "MRU", "kind": "unit", "version": 1}, {"code": "MUR", "kind": "unit", "version": 1}, {"code": "MVR", "kind": "unit", "version": 1}, {"code": "MWK", "kind": "unit", "version": 1}, {"code": "MXN", "kind": "unit", "version": 1}, {"code": "MXV", "kind": "unit", "version": 1}, {"code": "MYR", "kind": "unit", "version": 1}, {"code": "MZN", "kind": "unit", "version": 1}, {"code": "NAD", "kind": "unit", "version": 1}, {"code": "NGN", "kind": "unit", "version": 1}, {"code": "NIO", "kind": "unit", "version": 1}, {"code": "NOK", "kind": "unit", "version": 1}, {"code": "NPR", "kind": "unit", "version": 1}, {"code": "NZD", "kind": "unit", "version": 1}, {"code": "OMR", "kind": "unit", "version": 1}, {"code": "PAB", "kind": "unit", "version": 1}, {"code": "PEN", "kind": "unit", "version": 1}, {"code": "PGK", "kind": "unit", "version": 1}, {"code": "PHP", "kind": "unit", "version": 1}, {"code": "PKR", "kind": "unit", "version": 1}, {"code": "PLN", "kind": "unit", "version": 1}, {"code": "PYG", "kind": "unit", "version": 1}, {"code": "QAR", "kind": "unit", "version": 1}, {"code": "RON", "kind": "unit", "version": 1}, {"code": "RSD", "kind": "unit", "version": 1}, {"code": "RUB", "kind": "unit", "version": 1}, {"code": "RWF", "kind": "unit", "version": 1}, {"code": "SAR", "kind": "unit", "version": 1}, {"code": "SBD", "kind": "unit", "version": 1}, {"code": "SCR", "kind": "unit", "version": 1}, {"code": "SDG", "kind": "unit", "version": 1}, {"code": "SEK", "kind": "unit", "version": 1}, {"code": "SGD", "kind": "unit", "version": 1}, {"code": "SHP", "kind": "unit", "version": 1}, {"code": "SLE", "kind": "unit", "version": 1}, {"code": "SOS", "kind": "unit", "version": 1}, {"code": "SRD", "kind": "unit", "version": 1}, {"code": "SSP", "kind": "unit", "version": 1}, {"code": "STN", "kind": "unit", "version": 1}, {"code": "SVC", "kind": "unit", "version": 1}, {"code": "SYP", "kind": "unit", "version": 1}, {"code": "SZL", "kind": "unit", "version": 1}, {"code": "THB", "kind": "unit", "version": 1}, {"code": "TJS", "kind": "unit", "version": 1}, {"code": "TMT", "kind": "unit", "version": 1}, {"code": "TND", "kind": "unit", "version": 1}, {"code": "TOP", "kind": "unit", "version": 1}, {"code": "TRY", "kind": "unit", "version": 1}, {"code": "TTD", "kind": "unit", "version": 1}, {"code": "TWD", "kind": "unit", "version": 1}, {"code": "TZS", "kind": "unit", "version": 1}, {"code": "UAH", "kind": "unit", "version": 1}, {"code": "UGX", "kind": "unit", "version": 1}, {"code": "USD", "kind": "unit", "version": 1}, {"code": "USN", "kind": "unit", "version": 1}, {"code": "UYI", "kind": "unit", "version": 1}, {"code": "UYU", "kind": "unit", "version": 1}, {"code": "UYW", "kind": "unit", "version": 1}, {"code": "UZS", "kind": "unit", "version": 1}, {"code": "VED", "kind": "unit", "version": 1}, {"code": "VES", "kind": "unit", "version": 1}, {"code": "VND", "kind": "unit", "version": 1}, {"code": "VUV", "kind": "unit", "version": 1}, {"code": "WST", "kind": "unit", "version": 1}, {"code": "XAD", "kind": "unit", "version": 1}, {"code": "XAF", "kind": "unit", "version": 1}, {"code": "XCD", "kind": "unit", "version": 1}, {"code": "XCG", "kind": "unit", "version": 1}, {"code": "XOF", "kind": "unit", "version": 1}, {"code": "XPF", "kind": "unit", "version": 1}, {"code": "YER", "kind": "unit", "version": 1}, {"code": "ZAR", "kind": "unit", "version": 1}, {"code": "ZMW", "kind": "unit", "version": 1}, {"code": "ZWG", "kind": "unit", "version": 1}, {"code": "person-day", "kind": "unit", "version": 1}, {"code": "person-month", "kind": "unit", "version": 1}, {"code": "km", "kind": "unit", "version": 1}, {"code": "package", "kind": "unit", "version": 1}, {"code": "station", "kind": "unit", "version": 1}, {"code": "vehicle", "kind": "unit", "version": 1}, {"code": "hq", "kind": "office", "version": 1}, {"code": "asia", "kind": "office", "version": 1}, {"code": "americas", "kind": "office", "version": 1}, {"code": "africa", "kind": "office", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(2,'{"deal": null, "entries": [], "entry": null, "key": "auto-8caf8b46e1ad4ba5b83ecebe9a1a0373", "need": null, "notes": ["office asia looks after city MHD, by its country"], "offer": null, "registers": [{"code": "MHD", "kind": "city", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(3,'{"deal": null, "entries": [], "entry": null, "key": "auto-ed853776d5af4b0496dc2865da639efb", "need": null, "notes": ["office americas looks after city SPO, by its country"], "offer": null, "registers": [{"code": "SPO", "kind": "city", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(4,'{"deal": null, "entries": [], "entry": null, "key": "auto-213ff6f302da4d2b8c4c5f8eab0aefb1", "need": null, "notes": [], "offer": null, "registers": [{"code": "SAO", "kind": "provider", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(5,'{"deal": null, "entries": [], "entry": null, "key": "auto-efc4eacf00a345f280dc633b92ba0784", "need": null, "notes": [], "offer": null, "registers": [{"code": "BNK", "kind": "provider", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(6,'{"deal": null, "entries": [], "entry": null, "key": "auto-20c4eebb1e8f4e9da2648edaad831c16", "need": null, "notes": [], "offer": null, "registers": [{"code": "RLW", "kind": "provider", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(7,'{"deal": null, "entries": [], "entry": null, "key": "auto-d53f543d78a540ce8d757c70eddfbad2", "need": null, "notes": [], "offer": null, "registers": [{"code": "2025-01-10 EUR/USD", "kind": "rate", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(8,'{"deal": null, "entries": [1, 2], "entry": 2, "key": "auto-b6a2322c8ec94d58894439e7ded6f1a1", "need": null, "notes": ["N-0001: money, 30,000,000.00 EUR", "N-0002: expertise, 200.00 person-day, bus-rapid-transit"], "offer": null, "registers": [{"code": "PRJ-0001", "kind": "project", "version": 1}, {"code": "N-0001", "kind": "need", "version": 1}, {"code": "N-0002", "kind": "need", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(9,'{"deal": null, "entries": [3, 4], "entry": 4, "key": "auto-20ea067a24db4fefa3f639e14b1ec9c9", "need": null, "notes": ["N-0003: money, 40,000,000.00 EUR", "N-0004: implementation, 1 package, monorail"], "offer": null, "registers": [{"code": "PRJ-0002", "kind": "project", "version": 1}, {"code": "N-0003", "kind": "need", "version": 1}, {"code": "N-0004", "kind": "need", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(10,'{"deal": null, "entries": [5], "entry": 5, "key": "auto-46758e7a3f1646eeac0f46d31ceb8d67", "need": null, "notes": [], "offer": {"available": "300.00", "code": "O-0001", "committed": "0.00", "delivered": "0.00", "expired": "0.00", "held": "0.00", "unit": "person-day", "withdrawn": "0.00"}, "registers": [{"code": "O-0001", "kind": "offer", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(11,'{"deal": null, "entries": [6], "entry": 6, "key": "auto-30d3c7c0298c4b368a3cc77402ae2bdf", "need": null, "notes": [], "offer": {"available": "50000000.00", "code": "O-0002", "committed": "0.00", "delivered": "0.00", "expired": "0.00", "held": "0.00", "unit": "USD", "withdrawn": "0.00"}, "registers": [{"code": "O-0002", "kind": "offer", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(12,'{"deal": null, "entries": [7], "entry": 7, "key": "auto-0143cd51809a47beb7e70d3487ade8d2", "need": null, "notes": [], "offer": {"available": "1", "code": "O-0003", "committed": "0", "delivered": "0", "expired": "0", "held": "0", "unit": "package", "withdrawn": "0"}, "registers": [{"code": "O-0003", "kind": "offer", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(13,'{"deal": "D-0001", "entries": [8], "entry": 8, "key": "auto-ba6631e357f44cfbae35ffeed4c51f4e", "need": {"code": "N-0002", "committed": "0.00", "delivered": "0.00", "held": "200.00", "open": "0.00", "unit": "person-day", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "100.00", "code": "O-0001", "committed": "0.00", "delivered": "0.00", "expired": "0.00", "held": "200.00", "unit": "person-day", "withdrawn": "0.00"}, "registers": [{"code": "D-0001", "kind": "deal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(14,'{"deal": "D-0001", "entries": [9], "entry": 9, "key": "auto-8bd435cbecf04ac4ae58c25cc0d6303f", "need": {"code": "N-0002", "committed": "150.00", "delivered": "0.00", "held": "50.00", "open": "0.00", "unit": "person-day", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "100.00", "code": "O-0001", "committed": "150.00", "delivered": "0.00", "expired": "0.00", "held": "50.00", "unit": "person-day", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(15,'{"deal": "D-0001", "entries": [10], "entry": 10, "key": "auto-bacf7922362a4231b1e76c3a20e8a0ae", "need": {"code": "N-0002", "committed": "150.00", "delivered": "0.00", "held": "0.00", "open": "50.00", "unit": "person-day", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "150.00", "code": "O-0001", "committed": "150.00", "delivered": "0.00", "expired": "0.00", "held": "0.00", "unit": "person-day", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(16,'{"deal": "D-0001", "entries": [11], "entry": 11, "key": "auto-3edadbcfed0e44948e000d8e50e28c35", "need": {"code": "N-0002", "committed": "90.00", "delivered": "60.00", "held": "0.00", "open": "50.00", "unit": "person-day", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "150.00", "code": "O-0001", "committed": "90.00", "delivered": "60.00", "expired": "0.00", "held": "0.00", "unit": "person-day", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(17,'{"deal": "D-0002", "entries": [12], "entry": 12, "key": "auto-2abfb72677994ae3a62d5366a426431c", "need": {"code": "N-0001", "committed": "0.00", "delivered": "0.00", "held": "10000000.00", "open": "20000000.00", "unit": "EUR", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "39150000.00", "code": "O-0002", "committed": "0.00", "delivered": "0.00", "expired": "0.00", "held": "10850000.00", "unit": "USD", "withdrawn": "0.00"}, "registers": [{"code": "D-0002", "kind": "deal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(18,'{"deal": "D-0002", "entries": [13], "entry": 13, "key": "auto-1d1d34456e8e4dd1b556fda82fb6f85e", "need": {"code": "N-0001", "committed": "4000000.00", "delivered": "0.00", "held": "6000000.00", "open": "20000000.00", "unit": "EUR", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "39150000.00", "code": "O-0002", "committed": "4340000.00", "delivered": "0.00", "expired": "0.00", "held": "6510000.00", "unit": "USD", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(19,'{"deal": null, "entries": [], "entry": null, "key": "auto-5c0332771f6b460da7e2ffa7acbfe0d8", "need": null, "notes": [], "offer": null, "registers": [{"code": "1", "kind": "seal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1", "seal": {"complete": true, "leaves": 226, "number": 1, "root": "d0121e26b964eb205326163d356304499e59b3476e5044e5c95a54664a30f8ee", "size": 226}}');
INSERT INTO "receipt" VALUES(20,'{"deal": null, "entries": [], "entry": null, "key": "auto-c28b2699dd2c4f5a860ccb14ba39098e", "need": null, "notes": [], "offer": null, "registers": [{"code": "MHD", "kind": "city", "version": 2}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(21,'{"deal": "D-0002", "entries": [14], "entry": 14, "key": "auto-3fdc92f4b6414209bdc2415eb138372a", "need": {"code": "N-0001", "committed": "0.00", "delivered": "0.00", "held": "10000000.00", "open": "20000000.00", "unit": "EUR", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "39150000.00", "code": "O-0002", "committed": "0.00", "delivered": "0.00", "expired": "0.00", "held": "10850000.00", "unit": "USD", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(22,'{"deal": "D-0002", "entries": [15], "entry": 15, "key": "auto-31f137c0f2674f62a1bf15fc408a9215", "need": {"code": "N-0001", "committed": "4000000.00", "delivered": "0.00", "held": "6000000.00", "open": "20000000.00", "unit": "EUR", "withdrawn": "0.00"}, "notes": [], "offer": {"available": "39150000.00", "code": "O-0002", "committed": "4340000.00", "delivered": "0.00", "expired": "0.00", "held": "6510000.00", "unit": "USD", "withdrawn": "0.00"}, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(23,'{"deal": null, "entries": [], "entry": null, "key": "auto-7e676867bf4e40ca81ab802889d97a13", "need": null, "notes": [], "offer": null, "proposal": "MAT-0001", "registers": [{"code": "MAT-0001", "kind": "proposal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(24,'{"deal": null, "entries": [], "entry": null, "key": "auto-9e5c42656e7b4463b4c45e963f74eff0", "need": null, "notes": [], "offer": null, "registers": [{"code": "PRJ-0002", "kind": "project", "version": 2}], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(25,'{"deal": null, "entries": [], "entry": null, "key": "statement:0f282bb30fdfe62681476039804ea35b", "laid_down": {"statement": 1, "statement_line": 2}, "need": null, "notes": ["bnk.csv: 2 lines"], "offer": null, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(26,'{"deal": null, "entries": [], "entry": null, "key": "night:2026-11-28:findings:cff4dc43dd1ef1f9807e6e53fe9a4484", "laid_down": {"finding": 1, "finding_event": 1}, "need": null, "notes": ["1 opened, 0 healed"], "offer": null, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(27,'{"deal": null, "entries": [], "entry": null, "key": "night:2026-11-28:gaps:1", "laid_down": {"gap_snapshot": 4}, "need": null, "notes": [], "offer": null, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(28,'{"deal": null, "entries": [], "entry": null, "key": "night:2026-11-28:seal:1", "need": null, "notes": [], "offer": null, "registers": [{"code": "2", "kind": "seal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1", "seal": {"complete": true, "leaves": 14, "number": 2, "root": "f943b721d9ca69126247fee6f7d01ebc52a7c5987e0317ece71fa192625eb650", "size": 240}}');
INSERT INTO "receipt" VALUES(29,'{"deal": null, "entries": [], "entry": null, "key": "auto-dde45c24b8c341b499f5e98a792cd0b6", "laid_down": {"finding_event": 1}, "need": null, "notes": ["finding F-0001 is settled: Statement BNK-2025-04, line 2: 1000000.00 USD delivered for deal D-0002, offer O-0002, need N-0001 (TX-1) on 2025-04-21. The ledger has nothing of the kind."], "offer": null, "registers": [], "replayed": false, "schema": "cityfund.receipt/1"}');
INSERT INTO "receipt" VALUES(30,'{"deal": null, "entries": [], "entry": null, "key": "auto-cf6151fef8cf46999f99ba0f0b7a931f", "need": null, "notes": [], "offer": null, "registers": [{"code": "3", "kind": "seal", "version": 1}], "replayed": false, "schema": "cityfund.receipt/1", "seal": {"complete": true, "leaves": 2, "number": 3, "root": "5c2831ac6435f4439351e27fb30c2928956e4197e91f84326e75398d62d7cf13", "size": 242}}');
CREATE TABLE region (
	code VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	parent VARCHAR(64), 
	CONSTRAINT pk_region PRIMARY KEY (code), 
	CONSTRAINT fk_region_parent FOREIGN KEY(parent) REFERENCES region (code)
);
INSERT INTO "region" VALUES('001','World',NULL);
INSERT INTO "region" VALUES('002','Africa','001');
INSERT INTO "region" VALUES('019','Americas','001');
INSERT INTO "region" VALUES('010','Antarctica','001');
INSERT INTO "region" VALUES('142','Asia','001');
INSERT INTO "region" VALUES('150','Europe','001');
INSERT INTO "region" VALUES('009','Oceania','001');
INSERT INTO "region" VALUES('015','Northern Africa','002');
INSERT INTO "region" VALUES('202','Sub-Saharan Africa','002');
INSERT INTO "region" VALUES('419','Latin America and the Caribbean','019');
INSERT INTO "region" VALUES('021','Northern America','019');
INSERT INTO "region" VALUES('143','Central Asia','142');
INSERT INTO "region" VALUES('030','Eastern Asia','142');
INSERT INTO "region" VALUES('035','South-eastern Asia','142');
INSERT INTO "region" VALUES('034','Southern Asia','142');
INSERT INTO "region" VALUES('145','Western Asia','142');
INSERT INTO "region" VALUES('151','Eastern Europe','150');
INSERT INTO "region" VALUES('154','Northern Europe','150');
INSERT INTO "region" VALUES('039','Southern Europe','150');
INSERT INTO "region" VALUES('155','Western Europe','150');
INSERT INTO "region" VALUES('053','Australia and New Zealand','009');
INSERT INTO "region" VALUES('054','Melanesia','009');
INSERT INTO "region" VALUES('057','Micronesia','009');
INSERT INTO "region" VALUES('061','Polynesia','009');
INSERT INTO "region" VALUES('014','Eastern Africa','202');
INSERT INTO "region" VALUES('017','Middle Africa','202');
INSERT INTO "region" VALUES('018','Southern Africa','202');
INSERT INTO "region" VALUES('011','Western Africa','202');
INSERT INTO "region" VALUES('029','Caribbean','419');
INSERT INTO "region" VALUES('013','Central America','419');
INSERT INTO "region" VALUES('005','South America','419');
CREATE TABLE request (
	id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	command VARCHAR(80) NOT NULL, 
	input TEXT NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	"system_user" VARCHAR(200) NOT NULL, 
	host VARCHAR(255) NOT NULL, 
	database_user VARCHAR(200), 
	program VARCHAR(40) NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_request PRIMARY KEY (id), 
	CONSTRAINT uq_request_key UNIQUE ("key")
);
INSERT INTO "request" VALUES(1,'auto-40b604a524e94482b51cb771f43f84ef','init','{}','leila','root','vm',NULL,'cityfund 0.1.0',1795895989722246);
INSERT INTO "request" VALUES(2,'auto-8caf8b46e1ad4ba5b83ecebe9a1a0373','city add','{"code": "MHD", "country": "IR", "member_since": "1993", "name": "Mashhad"}','leila','root','vm',NULL,'cityfund 0.1.0',1795895991844044);
INSERT INTO "request" VALUES(3,'auto-ed853776d5af4b0496dc2865da639efb','city add','{"code": "SPO", "country": "BR", "name": "São Paulo"}','leila','root','vm',NULL,'cityfund 0.1.0',1795895994195490);
INSERT INTO "request" VALUES(4,'auto-213ff6f302da4d2b8c4c5f8eab0aefb1','provider add','{"code": "SAO", "country": "BR", "kind": "city", "name": "São Paulo"}','leila','root','vm',NULL,'cityfund 0.1.0',1795895996265704);
INSERT INTO "request" VALUES(5,'auto-efc4eacf00a345f280dc633b92ba0784','provider add','{"code": "BNK", "country": "FR", "kind": "bank", "name": "Development Bank"}','leila','root','vm',NULL,'cityfund 0.1.0',1795895998288594);
INSERT INTO "request" VALUES(6,'auto-20c4eebb1e8f4e9da2648edaad831c16','provider add','{"code": "RLW", "country": "JP", "kind": "firm", "name": "Rail Works"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896000844625);
INSERT INTO "request" VALUES(7,'auto-d53f543d78a540ce8d757c70eddfbad2','rates add','{"base": "EUR", "on": "2025-01-10", "quote": "USD", "rate": "1.085"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896003726839);
INSERT INTO "request" VALUES(8,'auto-b6a2322c8ec94d58894439e7ded6f1a1','project add','{"city": "MHD", "need": ["money 30M EUR", "expertise 200 person-day bus-rapid-transit"], "on": "2025-01-15", "sector": "transport.urban", "title": "Bus rapid transit"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896006452442);
INSERT INTO "request" VALUES(9,'auto-20ea067a24db4fefa3f639e14b1ec9c9','project add','{"city": "SPO", "need": ["money 40M EUR", "implementation 1 package monorail"], "on": "2025-01-16", "sector": "transport.urban", "title": "Monorail"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896009014737);
INSERT INTO "request" VALUES(10,'auto-46758e7a3f1646eeac0f46d31ceb8d67','offer add','{"factor": "expertise", "on": "2025-01-20", "provider": "SAO", "quantity": "300 person-day", "topics": ["bus-rapid-transit"]}','leila','root','vm',NULL,'cityfund 0.1.0',1795896011877677);
INSERT INTO "request" VALUES(11,'auto-30d3c7c0298c4b368a3cc77402ae2bdf','offer add','{"factor": "money", "on": "2025-01-20", "provider": "BNK", "quantity": "50M USD", "sectors": ["transport"], "valid_until": "2027-12-31"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896014496361);
INSERT INTO "request" VALUES(12,'auto-0143cd51809a47beb7e70d3487ade8d2','offer add','{"factor": "implementation", "on": "2025-01-20", "provider": "RLW", "quantity": "1 package", "topics": ["monorail"]}','leila','root','vm',NULL,'cityfund 0.1.0',1795896016851711);
INSERT INTO "request" VALUES(13,'auto-ba6631e357f44cfbae35ffeed4c51f4e','deal introduce','{"need": "N-0002", "offer": "O-0001", "on": "2025-02-01", "quantity": "200 person-day", "until": "2025-03-31"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896019158811);
INSERT INTO "request" VALUES(14,'auto-8bd435cbecf04ac4ae58c25cc0d6303f','deal commit','{"deal": "D-0001", "on": "2025-03-01", "quantity": "150 person-day", "reference": "Letter 12"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896021592225);
INSERT INTO "request" VALUES(15,'auto-bacf7922362a4231b1e76c3a20e8a0ae','deal release','{"deal": "D-0001", "on": "2025-03-31", "reason": "Signed for 150 days"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896023931297);
INSERT INTO "request" VALUES(16,'auto-3edadbcfed0e44948e000d8e50e28c35','deal deliver','{"deal": "D-0001", "on": "2025-04-10", "quantity": "60 person-day", "reference": "Report 1"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896026246710);
INSERT INTO "request" VALUES(17,'auto-2abfb72677994ae3a62d5366a426431c','deal introduce','{"need": "N-0001", "offer": "O-0002", "on": "2025-04-11", "quantity": "10M EUR", "until": "2027-06-30"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896028549174);
INSERT INTO "request" VALUES(18,'auto-1d1d34456e8e4dd1b556fda82fb6f85e','deal commit','{"deal": "D-0002", "on": "2025-04-20", "quantity": "4M EUR"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896030748138);
INSERT INTO "request" VALUES(19,'auto-5c0332771f6b460da7e2ffa7acbfe0d8','journal seal','{}','leila','root','vm',NULL,'cityfund 0.1.0',1795896033228701);
INSERT INTO "request" VALUES(20,'auto-c28b2699dd2c4f5a860ccb14ba39098e','city edit','{"city": "MHD", "name_local": "مشهد", "reason": "Local name"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896035561459);
INSERT INTO "request" VALUES(21,'auto-3fdc92f4b6414209bdc2415eb138372a','journal reverse','{"entry": "13", "on": "2025-04-20", "reason": "Signed a day later"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896038060874);
INSERT INTO "request" VALUES(22,'auto-31f137c0f2674f62a1bf15fc408a9215','deal commit','{"deal": "D-0002", "on": "2025-04-21", "quantity": "4M EUR", "reference": "Letter 14"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896040629634);
INSERT INTO "request" VALUES(23,'auto-7e676867bf4e40ca81ab802889d97a13','match','{"save": true}','leila','root','vm',NULL,'cityfund 0.1.0',1795896043947956);
INSERT INTO "request" VALUES(24,'auto-9e5c42656e7b4463b4c45e963f74eff0','project edit','{"project": "PRJ-0002", "reason": "Study finished", "status": "preparation"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896046465254);
INSERT INTO "request" VALUES(25,'statement:0f282bb30fdfe62681476039804ea35b','reconcile','{"thing": "statement:0f282bb30fdfe62681476039804ea35b"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896049520104);
INSERT INTO "request" VALUES(26,'night:2026-11-28:findings:cff4dc43dd1ef1f9807e6e53fe9a4484','reconcile','{"night": "2026-11-28", "thing": "findings:cff4dc43dd1ef1f9807e6e53fe9a4484"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896049655842);
INSERT INTO "request" VALUES(27,'night:2026-11-28:gaps:1','reconcile','{"night": "2026-11-28", "thing": "gaps:1"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896049732403);
INSERT INTO "request" VALUES(28,'night:2026-11-28:seal:1','reconcile','{"night": "2026-11-28", "thing": "seal:1"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896051853293);
INSERT INTO "request" VALUES(29,'auto-dde45c24b8c341b499f5e98a792cd0b6','finding settle','{"finding": "F-0001", "reason": "The bank counts by value date"}','leila','root','vm',NULL,'cityfund 0.1.0',1795896056467382);
INSERT INTO "request" VALUES(30,'auto-cf6151fef8cf46999f99ba0f0b7a931f','journal seal','{}','leila','root','vm',NULL,'cityfund 0.1.0',1795896059122300);
CREATE TABLE seal (
	number INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	root BLOB NOT NULL, 
	frontier BLOB NOT NULL, 
	last_request BIGINT NOT NULL, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_seal PRIMARY KEY (number), 
	CONSTRAINT ck_seal_size CHECK (size > 0), 
	CONSTRAINT ck_seal_root CHECK (length(root) = 32), 
	CONSTRAINT fk_seal_last_request FOREIGN KEY(last_request) REFERENCES request (id), 
	CONSTRAINT fk_seal_request_id FOREIGN KEY(request_id) REFERENCES request (id)
);
INSERT INTO "seal" VALUES(1,226,X'D0121E26B964EB205326163D356304499E59B3476E5044E5C95A54664A30F8EE',X'26FBEB67A9AEED8D31633425785E603B56CD6D64407193A74E3783698705482D2D5EA2B4F364B559C8AAD021FB0D6C2D4511B046F23B0BB52288ACFC308D93402A33EB517492C091EDF33F4FE600AC9955E8C7EE39E94A1B082C7DC9125ACB344F145B1DA5DB1E19B834345D70DF8398122F523DB0E3B5F16D7293F2726F7417',18,19,1795896033228701);
INSERT INTO "seal" VALUES(2,240,X'F943B721D9CA69126247FEE6F7D01EBC52A7C5987E0317ECE71FA192625EB650',X'26FBEB67A9AEED8D31633425785E603B56CD6D64407193A74E3783698705482D2D5EA2B4F364B559C8AAD021FB0D6C2D4511B046F23B0BB52288ACFC308D93402A33EB517492C091EDF33F4FE600AC9955E8C7EE39E94A1B082C7DC9125ACB34191D39A0466909B2E3D88A08614C82A19BBBED337264A6A53CDAE02695CBA078',27,28,1795896051853293);
INSERT INTO "seal" VALUES(3,242,X'5C2831AC6435F4439351E27FB30C2928956E4197E91F84326E75398D62D7CF13',X'26FBEB67A9AEED8D31633425785E603B56CD6D64407193A74E3783698705482D2D5EA2B4F364B559C8AAD021FB0D6C2D4511B046F23B0BB52288ACFC308D93402A33EB517492C091EDF33F4FE600AC9955E8C7EE39E94A1B082C7DC9125ACB34191D39A0466909B2E3D88A08614C82A19BBBED337264A6A53CDAE02695CBA0785DA41D3071C0B91A59007FB4F92B2565ABD37B466C2B0EC9E3A814F497BCE17E',29,30,1795896059122300);
CREATE TABLE sealed_leaf (
	position INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	reference TEXT NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_sealed_leaf PRIMARY KEY (position), 
	CONSTRAINT ck_sealed_leaf_position CHECK (position >= 0), 
	CONSTRAINT ck_sealed_leaf_hash CHECK (length(hash) = 32), 
	CONSTRAINT uq_sealed_leaf_kind_reference UNIQUE (kind, reference)
);
INSERT INTO "sealed_leaf" VALUES(0,'request','1',X'3DADFEF0731975D1489455868328383731DD1DB481AEF8EBDA5CB830BE5BF1A7');
INSERT INTO "sealed_leaf" VALUES(1,'office','hq/1',X'789927918D94C9BF0A9B335DADFBD6BC68A2EEA4F6B0BF2EB1CFEE4E2A7BC2D6');
INSERT INTO "sealed_leaf" VALUES(2,'office','asia/1',X'8225CA06479430B68FF7ED303652F9FE0EA5BA4186903701806DD50D4896C684');
INSERT INTO "sealed_leaf" VALUES(3,'office','americas/1',X'E747ED41C73952FE86E4559489822EB76101326A0352DF3E4C262B2CFD21DC38');
INSERT INTO "sealed_leaf" VALUES(4,'office','africa/1',X'16EF3E1061B20FE5C71C2EC8467C3A6CCAE9716A3CBEF97DC86BE5534A13294C');
INSERT INTO "sealed_leaf" VALUES(5,'unit','AED',X'918D666501BBBDEFBAE67C61E3B50F4F54E0ED85BE9BB70399042957015DB7D2');
INSERT INTO "sealed_leaf" VALUES(6,'unit','AFN',X'F45013F6751251DC0B8EE487F52894D07A49B7C3FEC58F6E94BB2DC2A59E6D73');
INSERT INTO "sealed_leaf" VALUES(7,'unit','ALL',X'5D3B049D97AB55080726AC03DD21A95FE24631C189E49246AA8A073B878A9E30');
INSERT INTO "sealed_leaf" VALUES(8,'unit','AMD',X'AFFE4EDE5CAB5C550ECD1B69E40693F8027D7068A9B7E64B0C96161807D1DD2E');
INSERT INTO "sealed_leaf" VALUES(9,'unit','ANG',X'09E9369C02424047B6B0D78E77752160072729175330D9BAEC046409BBBEC672');
INSERT INTO "sealed_leaf" VALUES(10,'unit','AOA',X'C7FEC990E57B6B922484D6CBC6AE4F366E1913D6F16ACB6F783615A42A475B3E');
INSERT INTO "sealed_leaf" VALUES(11,'unit','ARS',X'F67699F0D16AD8AC999C311E068DF22A43E16EED71FD3C497F023AF45B613534');
INSERT INTO "sealed_leaf" VALUES(12,'unit','AUD',X'2AE49308BE0520DA3748E2CF29D239E867E492E34FEBAA0B2A3C20DB563C3A6C');
INSERT INTO "sealed_leaf" VALUES(13,'unit','AWG',X'4896BB8D903BBE80C02219E8488A2966AA3A511BFA2F4DA387C71628A2D6FF53');
INSERT INTO "sealed_leaf" VALUES(14,'unit','AZN',X'7777898A6387E633F973C52EF724810F64D5DD641AC24CFFAB8EBF860B0E114D');
INSERT INTO "sealed_leaf" VALUES(15,'unit','BAM',X'DC4786648076B2C344943F943BFC6D372A073A929B1ED57E0CFF09502C0CD418');
INSERT INTO "sealed_leaf" VALUES(16,'unit','BBD',X'8496F204ACF7E7CBB116FC4E4DD98F88D3FCD53C8D0BE56C5605E5072C227197');
INSERT INTO "sealed_leaf" VALUES(17,'unit','BDT',X'777839AF3FFEF6A703046A8EF4CCB618FB2624D9463F6570DA7E19836FFD73BB');
INSERT INTO "sealed_leaf" VALUES(18,'unit','BGN',X'5BF46F9D4B9CBB72FA6A23E8822487FD073E758A033E31FC7EFB12BC50C5F7A1');
INSERT INTO "sealed_leaf" VALUES(19,'unit','BHD',X'80512E1A119231ECB6F964CE42037AFA47A932D019F15391FCFBE50CC4B758BA');
INSERT INTO "sealed_leaf" VALUES(20,'unit','BIF',X'BCB141AEE434414AEB3153B38A3E6AA23118CADBFC95A85132BEBA5A47F08593');
INSERT INTO "sealed_leaf" VALUES(21,'unit','BMD',X'4AF4058CF5D4FD7860DDA4CFC59B5D03D5566F6DA58D6B82D40AE439289FC599');
INSERT INTO "sealed_leaf" VALUES(22,'unit','BND',X'453287E00EF88901548DF3D53F80D27DF978258C8EF38E0A6F8A8BE15461821E');
INSERT INTO "sealed_leaf" VALUES(23,'unit','BOB',X'6833756D19EBF491519CAD0AADCBD2E82CFFA0E6DA036B594E78E3530374C408');
INSERT INTO "sealed_leaf" VALUES(24,'unit','BOV',X'AA1F1F84B481E6B45B86BAAD1270E58929161B4D1A7AE23353888FFD21E6828F');
INSERT INTO "sealed_leaf" VALUES(25,'unit','BRL',X'FCE23E09CE0BE7DA5B8B62687721DD468F497FF8ADFB4B58F849140D56B368DF');
INSERT INTO "sealed_leaf" VALUES(26,'unit','BSD',X'02930F8E02B2D658A4B9D9D653FD37B8770546ACD59ECCCAB61B6627817B8806');
INSERT INTO "sealed_leaf" VALUES(27,'unit','BTN',X'B4A3D4366B5AD91FD45A42196C6D01CC8F5A968BC2B9B2B916C1D281ADC24154');
INSERT INTO "sealed_leaf" VALUES(28,'unit','BWP',X'6784AD0EDBABD9C1CE5ABC36615ECC29124BC9698C6538618D7E87453355A615');
INSERT INTO "sealed_leaf" VALUES(29,'unit','BYN',X'BA795B81C98972219C32329C5BFE8BF882EE4FCACAABD12FAC41EABCDC81C52C');
INSERT INTO "sealed_leaf" VALUES(30,'unit','BZD',X'BC840CAE0631FDF4753981DA21C17422044F55CE7B9C8E34D0868444BFB477DE');
INSERT INTO "sealed_leaf" VALUES(31,'unit','CAD',X'4FD60BAABE67713EEDB1AA6FCCAEB4B572164FBEF05A0D525F1FB9B7E20CA880');
INSERT INTO "sealed_leaf" VALUES(32,'unit','CDF',X'AF64CFDE3FFF004E815F958ADEA11F4F2E8DFC4C2D2CDFEB33F9E26C5CF9C2A1');
INSERT INTO "sealed_leaf" VALUES(33,'unit','CHE',X'7B06705FD0EB28C19707A00338133BC1342AA1EE1183EEF6C9456DFC93B7B6CB');
INSERT INTO "sealed_leaf" VALUES(34,'unit','CHF',X'60D335BA63250EE3637F625180475C59F4ED8CE3F3A8A7EBEB243C54AF3A5F16');
INSERT INTO "sealed_leaf" VALUES(35,'unit','CHW',X'09035B1F7DFD8B47AD8924DFF4D6BE7F516D23600FD58A057C687D276D8380A2');
INSERT INTO "sealed_leaf" VALUES(36,'unit','CLF',X'CDFEB421C9BAD9AA5C911A536750C91854CB6B2B8509031C1A774D30740262E9');
INSERT INTO "sealed_leaf" VALUES(37,'unit','CLP',X'D8D80FA071A522073743AF58D961D62BD95DA94D9277B7B36FCA2FBC8137EDE9');
INSERT INTO "sealed_leaf" VALUES(38,'unit','CNY',X'9A66FD4E8C5F4C097E0D6FCC3B88746ACA43035075396753AC3904443CF02E91');
INSERT INTO "sealed_leaf" VALUES(39,'unit','COP',X'9D9399321C710364D9541D5CB1749FC3DA54ECAA874A61B156FAF1C324A59805');
INSERT INTO "sealed_leaf" VALUES(40,'unit','COU',X'B279DEF9647E4A9F25BE9660C1C4D8C0E18F54C291563324FE52D63AC1C257E8');
INSERT INTO "sealed_leaf" VALUES(41,'unit','CRC',X'077929862A0FAF674FBC4E5E73F0A292E5C5E6DF46E29E572A740E836E5092E3');
INSERT INTO "sealed_leaf" VALUES(42,'unit','CUP',X'63F0A7A82E4FF5B8321752ECAF59C606E43D19B062CA08BEF486F8FB935EF68B');
INSERT INTO "sealed_leaf" VALUES(43,'unit','CVE',X'DC10FE58B4F3C43F76939C983778DAA2519EBD534E3B6B5E3D9AEB852CD31F45');
INSERT INTO "sealed_leaf" VALUES(44,'unit','CZK',X'97CADB3C7292A6E8AEFB0AE33D810E1E3CDCEF734E13EC47C813B9B5F7BB5BD5');
INSERT INTO "sealed_leaf" VALUES(45,'unit','DJF',X'CC3F556D08181A4B698D32CFFA833AA2D7CDC712FF936F3ECF9F1A1CD9D7CACC');
INSERT INTO "sealed_leaf" VALUES(46,'unit','DKK',X'A16F7A6046D3C200AA2F8CF77911C18C6DA6741A9443A77DB7BEF9AD8B7F33B2');
INSERT INTO "sealed_leaf" VALUES(47,'unit','DOP',X'0B344AC776CEE91DB56E60C1A06D6B3EE131F103FC171D6CD8BAB2536FD0A4E2');
INSERT INTO "sealed_leaf" VALUES(48,'unit','DZD',X'A86DA461E3FC34AF879D4E269BB0776D72C6F299A38B3BE4039B8476DB672368');
INSERT INTO "sealed_leaf" VALUES(49,'unit','EGP',X'55D15E0774D5E8ABC309361E7AE59FD1CFC4B286E4A16F7883985EF31320E377');
INSERT INTO "sealed_leaf" VALUES(50,'unit','ERN',X'AA031050DDCAA7E1AA5236974ADCCA98BFFDE74F9A261898EAEB3F9901EB7EC0');
INSERT INTO "sealed_leaf" VALUES(51,'unit','ETB',X'1DCA718D2BF62876F293D5753A508FE406247E3D8F4740F0D8D4F8F27C59ECCE');
INSERT INTO "sealed_leaf" VALUES(52,'unit','EUR',X'F1792D0E86E564203F6D8AADAA72D2D86DB340BD045CEABE19D28E6D12E11603');
INSERT INTO "sealed_leaf" VALUES(53,'unit','FJD',X'46AAE5CA7B67C1EDFFB476E0DA1457966023976FBF2289119E148C0E012F0ACB');
INSERT INTO "sealed_leaf" VALUES(54,'unit','FKP',X'0CBEAD54B18891280011F728423B33DA74C7041E324B8C53E4F682A8F542E743');
INSERT INTO "sealed_leaf" VALUES(55,'unit','GBP',X'AEA262C08459D451A887A311F4B6D7A6AA20C0D89A33819F2679922036726ACE');
INSERT INTO "sealed_leaf" VALUES(56,'unit','GEL',X'AB09637C9966591A4D9B3DA83370BD29DFACD5EDA5623CCCA842A4D1D12BF1D0');
INSERT INTO "sealed_leaf" VALUES(57,'unit','GHS',X'8E9259A9086D1AD8423FE2BD07A202B873AAE5980AB297474B76DFF12119DC95');
INSERT INTO "sealed_leaf" VALUES(58,'unit','GIP',X'E3B4D57343D41ED472819A2CD4309DB65117901ACB8EDC2B13EF3A9ACC1DDE59');
INSERT INTO "sealed_leaf" VALUES(59,'unit','GMD',X'A8442EF3FA90211159436CE5BC41C084A0169F50B0A5668AA9F6E5E20DA23F81');
INSERT INTO "sealed_leaf" VALUES(60,'unit','GNF',X'91753E40491C1DAF5EA1FEF7A1E1EE65B1BB38F55F9E0BD0E08ACB5A9D6C6EEF');
INSERT INTO "sealed_leaf" VALUES(61,'unit','GTQ',X'3219BA4E22323CC5221B216F78D54261C5E6F9DF542950B1F273310190BDB53D');
INSERT INTO "sealed_leaf" VALUES(62,'unit','GYD',X'0474D7283CD4124AE8015E6309DCF16E0E3BE61F8745C00003751A2EA64E913E');
INSERT INTO "sealed_leaf" VALUES(63,'unit','HKD',X'57B0EF780A940FA0EB5DC40B78101C934D349202E635EF10EE63B040B9A410B0');
INSERT INTO "sealed_leaf" VALUES(64,'unit','HNL',X'3837CA37F854E5BD74EC77F8559CD7BF1084B628E81A3C33EFE63560EA378B63');
INSERT INTO "sealed_leaf" VALUES(65,'unit','HRK',X'B752674C578D2024A24E9688BADC51A35E4DE0B07965B9AFDC8217E0B4102E3E');
INSERT INTO "sealed_leaf" VALUES(66,'unit','HTG',X'2B7817A37C8E2D7A33DE0A1CD05ABCB89EDEC8D288F3D623C222F65397F4DF47');
INSERT INTO "sealed_leaf" VALUES(67,'unit','HUF',X'C92E058AD68FB7ADD1FF83C4E49C4A214C8DC0C101B04F36BCC93709B5857CB3');
INSERT INTO "sealed_leaf" VALUES(68,'unit','IDR',X'92CBF009FEAA2E9391B81C2F09B197584B2281E785E4B5DB164377BE3FB072F3');
INSERT INTO "sealed_leaf" VALUES(69,'unit','ILS',X'76F112A928EC0A4F1A149A2025BC4B4EE8FE9D4CF67DFC4F27FBFFD484DFEC39');
INSERT INTO "sealed_leaf" VALUES(70,'unit','INR',X'E3DA1231F42BFCA9A45260F84010F8AF18D1224E7DF8DF977408D2E084E6C941');
INSERT INTO "sealed_leaf" VALUES(71,'unit','IQD',X'33AB43F1F2A9BE6983BB45FBEAEC5F1FC6D5DB4C1CEF930188491EF3C844AD81');
INSERT INTO "sealed_leaf" VALUES(72,'unit','IRR',X'A68C968C63840291E58A72EF9FC67447518FA59F5B92D18A6842F6E222FECDCF');
INSERT INTO "sealed_leaf" VALUES(73,'unit','ISK',X'1ED8811C43E020309F3A76C2E8615829E5FEADAB36992470FF7C7C16EA1FCB15');
INSERT INTO "sealed_leaf" VALUES(74,'unit','JMD',X'19DD905D433B5817EE06428ADC6FE9A526374567892ABEA21CFFDAA01F95AB96');
INSERT INTO "sealed_leaf" VALUES(75,'unit','JOD',X'77B07B6D8BFD01097EADB1E2D3D2DF4CBC17B4DA9798A226C1D676D505AB5F41');
INSERT INTO "sealed_leaf" VALUES(76,'unit','JPY',X'1546B7A5DEACDA4C21CD4EA7B9DECBCF198B540485E4D281E6BED4101B33E341');
INSERT INTO "sealed_leaf" VALUES(77,'unit','KES',X'72108537628A35A245ED32ACE92C62FED2BCF696C53CEAD699F5A4B9DB32D411');
INSERT INTO "sealed_leaf" VALUES(78,'unit','KGS',X'6B366E95CAFD030A43BA3BE8638CFA4C6976EC89B959A7AF2721B93FC40B70C2');
INSERT INTO "sealed_leaf" VALUES(79,'unit','KHR',X'6ACB2E10465F04DF0D8CE9E9E4DDABF8FFDC683F1DCAC2FB4CB3D5B535D86942');
INSERT INTO "sealed_leaf" VALUES(80,'unit','KMF',X'86726CA1F4D612BFFBC74FCC922E8CDBAF74CC79946D88516331D21DEA0FC6AE');
INSERT INTO "sealed_leaf" VALUES(81,'unit','KPW',X'3B5E7832E3AE5AEC4AC7B704B55AA0B4E68B0CCC7DBDAD62D6143046F855BB83');
INSERT INTO "sealed_leaf" VALUES(82,'unit','KRW',X'2D9C8CC10B16FC4CD5F492AE98473ABA256FC4EDB06343B7C6CCC36D01E0F7F8');
INSERT INTO "sealed_leaf" VALUES(83,'unit','KWD',X'97A397531958D0F37DB95CD490FCE305F29FA8F89CAC01B7D02C56E035662183');
INSERT INTO "sealed_leaf" VALUES(84,'unit','KYD',X'A9BE6978D730DC31DE7DAA774AB4B33A51A387DA389C93CDD05521144A78A88C');
INSERT INTO "sealed_leaf" VALUES(85,'unit','KZT',X'8FB893A9064022B2D75AF1EA4DA1E176938D04F561378992FF18F882366C1EC1');
INSERT INTO "sealed_leaf" VALUES(86,'unit','LAK',X'7FBF6179C7729F10CF05A3E5ED9B102722E07ABFDA4CBA5410B105AF5B97D6C7');
INSERT INTO "sealed_leaf" VALUES(87,'unit','LBP',X'B773A002B4553A1232047D3D521AA33FCB4D56F546A42840D8DB70B8E7065560');
INSERT INTO "sealed_leaf" VALUES(88,'unit','LKR',X'BBF45DB542272E554F2A07FE698234E7A837693C157EC20D5B9C04FA41D95E55');
INSERT INTO "sealed_leaf" VALUES(89,'unit','LRD',X'A1DDA590E06BB35E72D292FB2DC41C82188DD7D5B9C8CF31CBFCB35115413E33');
INSERT INTO "sealed_leaf" VALUES(90,'unit','LSL',X'F4F065DF438719B21A09DF96CE02BF649426F012126B41FE55D1443042AB0785');
INSERT INTO "sealed_leaf" VALUES(91,'unit','LYD',X'4B4DEF3A0AF408CF4C3706082B2C549FA0A795D44C58BCFD33C6F0E4F9BC19F9');
INSERT INTO "sealed_leaf" VALUES(92,'unit','MAD',X'50B7C6EBE9682320FEE1C9305E63A48F9636B4446534FEA66132D3CBA3D19F4C');
INSERT INTO "sealed_leaf" VALUES(93,'unit','MDL',X'14D3081030216357B204D8B2E82043F53C08DE3E9AACF94DF51185CF58F8C375');
INSERT INTO "sealed_leaf" VALUES(94,'unit','MGA',X'FBD5AB17A8565CC262D206CD257F50E7E9748217EE31C59FD28101F3AAA36A0C');
INSERT INTO "sealed_leaf" VALUES(95,'unit','MKD',X'D3E696FC86919713AB6110020B8542233EFA8D09EA96ECF369FB13B84E4B73BB');
INSERT INTO "sealed_leaf" VALUES(96,'unit','MMK',X'28DA1C07ACCEA7A9F01E130867D5A1030DDBFD90D0B95BFCF8CC7FCC8BA41D81');
INSERT INTO "sealed_leaf" VALUES(97,'unit','MNT',X'EAAB474CC2A4D3735F50959C68F85CB96D2ECA972C6DC5FF14674178D8754AA0');
INSERT INTO "sealed_leaf" VALUES(98,'unit','MOP',X'BCE60C179EDEBC949C6A100C257CB0C5111FB13B57EECD66E1B10E9BC241AE0B');
INSERT INTO "sealed_leaf" VALUES(99,'unit','MRU',X'A41CE2080071DD511F303A6BA5DB2DA8B214E096B0CD3704AE8885DCF32AE3EE');
INSERT INTO "sealed_leaf" VALUES(100,'unit','MUR',X'E0E940DDB3ED1690F407E4AE557A9E18932C3F7E86A4F2EC545712DB2500A43C');
INSERT INTO "sealed_leaf" VALUES(101,'unit','MVR',X'95F56D6EE5186D090E88F2CC0D0D980BA00F6239208B0F136DBD64B9F5B43BD1');
INSERT INTO "sealed_leaf" VALUES(102,'unit','MWK',X'4549EB6FE3864A61304310B3B204F34806816D90875AA14EE6D52E7C8A01ECDC');
INSERT INTO "sealed_leaf" VALUES(103,'unit','MXN',X'BF0C493B8694617378D4CCEC064C0BB6546C300BCD986B5A41EE02773D4851B0');
INSERT INTO "sealed_leaf" VALUES(104,'unit','MXV',X'1AFD80E9A7F782B647DF1E8554AF0D5EA3FDD8DBA2C8862AE704659CFA683E26');
INSERT INTO "sealed_leaf" VALUES(105,'unit','MYR',X'C37B580AD7C77890E37DDD8A4C63D4ADAF4FFB577651FE84884A00480FC46E73');
INSERT INTO "sealed_leaf" VALUES(106,'unit','MZN',X'886F1B4E848D927CA1BDF35236B16862B0E93872EBCE0FFCB9059394DB337642');
INSERT INTO "sealed_leaf" VALUES(107,'unit','NAD',X'57E893BFAE76C69B784E30D6D8BD090F514C794C02232C9F78E5DB85FBA638DB');
INSERT INTO "sealed_leaf" VALUES(108,'unit','NGN',X'A879086A3CF154568ADDB87827D84FC7AB7A7A09F2AA82F9E00BD2E77EE8FB4C');
INSERT INTO "sealed_leaf" VALUES(109,'unit','NIO',X'89F9EC5460487E2E8C1327D3AEF160D5BEC1A9CEE310346044436139AE4B0B74');
INSERT INTO "sealed_leaf" VALUES(110,'unit','NOK',X'77BB04120917C9520CA9614B6F1E26860DC7FCCFAAC10EE8D5DC1EC1C41D0769');
INSERT INTO "sealed_leaf" VALUES(111,'unit','NPR',X'6467D8914D5D107FB719D8D9D2BABF6DADC3988519303EAA6844F370362107BF');
INSERT INTO "sealed_leaf" VALUES(112,'unit','NZD',X'DA324A1485912BD6AB6A27E65F12D8A4E5BF30D650E1D438CFE07DC882BD2C20');
INSERT INTO "sealed_leaf" VALUES(113,'unit','OMR',X'849EC70066E821603839625DEBE36D20B368E4395ABAA2557529603EEDB2C3EB');
INSERT INTO "sealed_leaf" VALUES(114,'unit','PAB',X'DD8A093B6DCD1938E5CF140E45578ED448B575FA917B78704C67340A2D7CAF53');
INSERT INTO "sealed_leaf" VALUES(115,'unit','PEN',X'FA555FD70BD8B4EF722E5418B5D676DA854CA9F4C53EC413EE5D8479D796E77E');
INSERT INTO "sealed_leaf" VALUES(116,'unit','PGK',X'9334C6784FD51A6E4B1F2E88ACA52832C9D803525F5268913F0AB5D9446386BC');
INSERT INTO "sealed_leaf" VALUES(117,'unit','PHP',X'22477CE15EF8F0A50376BA0084B1B51EB74626A8CABCE212F8BF753F772F81D8');
INSERT INTO "sealed_leaf" VALUES(118,'unit','PKR',X'96E6899B8B47E2104B60DBE7DA86AB5C638997AB1388801754673DFAB58F7B4D');
INSERT INTO "sealed_leaf" VALUES(119,'unit','PLN',X'1E59C906FD498BD9DEC16CC7418ED79878B824599C18FD78AEF76219C471FEFF');
INSERT INTO "sealed_leaf" VALUES(120,'unit','PYG',X'AFC9E5439E5F3F7F469BD98BA6557B29EC1C888129485DD8A13B37405098A415');
INSERT INTO "sealed_leaf" VALUES(121,'unit','QAR',X'AAF43CE9486572CDD1111A58BDB2DA362DE522DC0B43DDD2319F3C77B4A1B5AB');
INSERT INTO "sealed_leaf" VALUES(122,'unit','RON',X'0F8B9F5F2D3A4BD6E5DB9EAE710AAF15970F3220815F4DEDA79BD4B21DD46455');
INSERT INTO "sealed_leaf" VALUES(123,'unit','RSD',X'2C041C51268DC67699760F74CA520CB234F1E622287F8593BF88F5BBDCFC1F50');
INSERT INTO "sealed_leaf" VALUES(124,'unit','RUB',X'BB97AE68DC2DB5369799C841B67F9B9837590D2572F39DDAE55F97DF5E734162');
INSERT INTO "sealed_leaf" VALUES(125,'unit','RWF',X'269A7A74B70F98585ABC9F81F9BD0E57CA013CC6E7CE54A947CEF499A6E91FC9');
INSERT INTO "sealed_leaf" VALUES(126,'unit','SAR',X'F6EA3511D7618EDAA8C4A8FDAED5E479FAB66608CE566DC7BEEA58ED089ED6C6');
INSERT INTO "sealed_leaf" VALUES(127,'unit','SBD',X'C0D6453905988841DD83FFFD59738F3F8BA21C3D98E585715DE611AAE50365A6');
INSERT INTO "sealed_leaf" VALUES(128,'unit','SCR',X'FBBBA84566DDB59F4118D9DBF7CE7B79A987D9CFE82385053B5825E8136525C9');
INSERT INTO "sealed_leaf" VALUES(129,'unit','SDG',X'FF2102CF65599EBDEBDB5F0DF8288B4D6AFF9DACBFE26BC286345253CB68FFEA');
INSERT INTO "sealed_leaf" VALUES(130,'unit','SEK',X'DCB2E881FBF770151406BCFD97E4667E7AD71356A3A710145C601EAD6F07D1CF');
INSERT INTO "sealed_leaf" VALUES(131,'unit','SGD',X'52088F611CE835E755EE4219B92C11D0C97632EB7B2C9F1784C087B341A9D353');
INSERT INTO "sealed_leaf" VALUES(132,'unit','SHP',X'0612757F711C832329A0C8B5CFAD5F72B28C2EF79C473DD462F3CD169CCA5D8F');
INSERT INTO "sealed_leaf" VALUES(133,'unit','SLE',X'7942E8DCEEA3516DFA5E7A5D9EE012A0261F4D7087DF29540BAF58C1866B107B');
INSERT INTO "sealed_leaf" VALUES(134,'unit','SOS',X'FBCB02C4E4B42B5ED7F20826359665DF27344DD749A841ED8E50D0CC1FDB30D5');
INSERT INTO "sealed_leaf" VALUES(135,'unit','SRD',X'6F76D1A4914A240B95E48931D2F3791BF44419BF9DC8E27D65D272CE3C502B46');
INSERT INTO "sealed_leaf" VALUES(136,'unit','SSP',X'F38B3E13665CE9C4D4BE085760B46879CE3FC57FFF20C87B4BE8B6E3078A4EE7');
INSERT INTO "sealed_leaf" VALUES(137,'unit','STN',X'4D05B21F2DDE6209AC03862EE8C5F3FC8B369C74F1966CF580C29EE9A088F2C2');
INSERT INTO "sealed_leaf" VALUES(138,'unit','SVC',X'BBBC1BEC3F3038CE0634FEE426B7B1701EE13F5D9527967198F100823403168D');
INSERT INTO "sealed_leaf" VALUES(139,'unit','SYP',X'6BD558002C6D6778D6E5A27BF01E54FA401D6BCEA6E6637375776103D536E5D3');
INSERT INTO "sealed_leaf" VALUES(140,'unit','SZL',X'2729023104E405B43169694CA3FD0A19BDE760A47124B10E161EBEA947EC4071');
INSERT INTO "sealed_leaf" VALUES(141,'unit','THB',X'1F9998C8A8C266DC7B5365B19E74471ED23F4FEC4AA76552838107F2B98D4235');
INSERT INTO "sealed_leaf" VALUES(142,'unit','TJS',X'60DAC24E186D63A34B159B7110EBBC5BF8F08DFF9045B1968E1B088E7B08FA3D');
INSERT INTO "sealed_leaf" VALUES(143,'unit','TMT',X'6B0549C8F964E5FF92D52C0227054D837B39438EB27F1118C301718DE90414A6');
INSERT INTO "sealed_leaf" VALUES(144,'unit','TND',X'A62040DAEFDD424F265BE8AEDF4A27BA72B1D204A90D30836EB4D8E8859EE02D');
INSERT INTO "sealed_leaf" VALUES(145,'unit','TOP',X'074C794B7F73FE33228FD8107069664A8FE508D6C2AE8315266414BC3564D5E4');
INSERT INTO "sealed_leaf" VALUES(146,'unit','TRY',X'B2D9590126F46BA1175775749B91123F11EB162302B7D1B9F374B85BF0511563');
INSERT INTO "sealed_leaf" VALUES(147,'unit','TTD',X'06D65D70C7DB39036D2D57E7831C91EE630A4F6DE828E0C524BEA9FE0EA96CED');
INSERT INTO "sealed_leaf" VALUES(148,'unit','TWD',X'B8E2FA13FA0B850349C3BB54701492D3844A32F5A1509D2EB6F82A16FD1B415C');
INSERT INTO "sealed_leaf" VALUES(149,'unit','TZS',X'2E7CFD6A57E547E3230BF5675367A44D607CDCD4D1135C05D5245A05F9368234');
INSERT INTO "sealed_leaf" VALUES(150,'unit','UAH',X'80F890D47397BB7A9C02E1AE74C07065A1DF4DD0DF1B57F056A3E9E48F9D927C');
INSERT INTO "sealed_leaf" VALUES(151,'unit','UGX',X'0E79FA67601B3BE967BAB10D04BAF7677E80C493D9820A8AFDA3C131BBC3A782');
INSERT INTO "sealed_leaf" VALUES(152,'unit','USD',X'79EBD939F088C380C42F11116683080542790EF310F511A5344526A30C28EE41');
INSERT INTO "sealed_leaf" VALUES(153,'unit','USN',X'B760A35071FC84B49F4C154B4E7EDE3C6BA9E590837101687B48E27A11577FAC');
INSERT INTO "sealed_leaf" VALUES(154,'unit','UYI',X'7BD7653C2BE6C3DE496CBCF6C037AFE7014D90528AB27041F0F5B8B165CFEC2A');
INSERT INTO "sealed_leaf" VALUES(155,'unit','UYU',X'60124DAAA8F2AA0A5D6787441EC89F6B5D4E3C77B371262CDBCBE4205CB0ADFF');
INSERT INTO "sealed_leaf" VALUES(156,'unit','UYW',X'61BC19991B71E52AA2CB44205E9BB03318C65D2DF4134EF8F7B3BAAA44021B3D');
INSERT INTO "sealed_leaf" VALUES(157,'unit','UZS',X'F656DFB7C4A9D0BC0A24EBCD1C95787272B31EBB8E9840EB0F34662DB03C8000');
INSERT INTO "sealed_leaf" VALUES(158,'unit','VED',X'16584B3488AB0FF7628652992F9658EDDFD2BE5FCEBCD85F7CBF429C340C4533');
INSERT INTO "sealed_leaf" VALUES(159,'unit','VES',X'75B629A92780C0A4374B2AD1B047005C28977881DD286197747B9C94D54B0923');
INSERT INTO "sealed_leaf" VALUES(160,'unit','VND',X'6C4D0F4C3EF821FC2D21D2E7D7AF9ABC73365845C303C5A4798B0CC23292E219');
INSERT INTO "sealed_leaf" VALUES(161,'unit','VUV',X'5F515D646EBA6F5763C51FBA6AB0A8BFAB40FD79727BA0B2CDEA1CDEC7C517F0');
INSERT INTO "sealed_leaf" VALUES(162,'unit','WST',X'F72EEA176BBAFE54DBD232485166461E8DFE2E7E815D977FCB0A399593D23257');
INSERT INTO "sealed_leaf" VALUES(163,'unit','XAD',X'19856EDDE3860EC5DDECBEFDC810B3A1B2F4E713C49D0BA201129F3652283300');
INSERT INTO "sealed_leaf" VALUES(164,'unit','XAF',X'91EA3FF15DFC0637E00592406D7E4FFB502668667B62D4AC91A69330C2C631CC');
INSERT INTO "sealed_leaf" VALUES(165,'unit','XCD',X'EBA12BBE1BEA2FC83BB9D83ADB3122B9B045F6D5A31C3C14D601C532997F5192');
INSERT INTO "sealed_leaf" VALUES(166,'unit','XCG',X'24803837C3F0C6D11DF96CB835BBA623777E1284E1F70E6D4D7039A68E027CCA');
INSERT INTO "sealed_leaf" VALUES(167,'unit','XOF',X'DBFEE739B7A1907E7CE4B00D71DDD554DC6B03D2409F16976FD7462BA07D14BD');
INSERT INTO "sealed_leaf" VALUES(168,'unit','XPF',X'DD36922CF58EF2DF3A74F4EB5C65DC683C14BA9AE2A7C247A3FC0ECD01C5692C');
INSERT INTO "sealed_leaf" VALUES(169,'unit','YER',X'050AC481E7E05FEAD8649C948D3214E5D8CA6A9DD2592FD8F954ACB88408F3FF');
INSERT INTO "sealed_leaf" VALUES(170,'unit','ZAR',X'DB95B2E914A6CA7CAE559F4BE23C4ABF520D592FB837B85FA96F4526B0DEFAEA');
INSERT INTO "sealed_leaf" VALUES(171,'unit','ZMW',X'0161A3F4EB5BA39D9E9CE805F96EB3D2AB67606361DCD2BA1B0E31995DE9C090');
INSERT INTO "sealed_leaf" VALUES(172,'unit','ZWG',X'4929B1E3B7B4C138BEB230F59FA33859BB836EB8E9606D89EFC690BF37097CA4');
INSERT INTO "sealed_leaf" VALUES(173,'unit','km',X'D743A82D267AAED058412D90C31D542C9D5783080A4E3D50CAD6680C37BED961');
INSERT INTO "sealed_leaf" VALUES(174,'unit','package',X'A65067C1254E9A97C682E6FDA72384DB662057D3A7A9C665A1AFD93F87B12A66');
INSERT INTO "sealed_leaf" VALUES(175,'unit','person-day',X'F3DB24CB064EED4B6A98B731BDA0019B49108609B19278CF193CCBF646B92B33');
INSERT INTO "sealed_leaf" VALUES(176,'unit','person-month',X'443267D59ADFD0330F9CF066A81E04540B66797AA456FC4694204F3885414653');
INSERT INTO "sealed_leaf" VALUES(177,'unit','station',X'9208388E3ED850C1F60543E85C97E64B40568A32CBAE5E0399929BD374396A6E');
INSERT INTO "sealed_leaf" VALUES(178,'unit','vehicle',X'E219ECC8F631FF4C484F62815B0A7D82F07D208530968483D7D56468A170971B');
INSERT INTO "sealed_leaf" VALUES(179,'request','2',X'74CC5EF9C5148B03D37C4F70CB9FEF3D0044EA95E77184187BEE1DC878C656BD');
INSERT INTO "sealed_leaf" VALUES(180,'city','MHD/1',X'CE0AC63CE8D75F3A401663C582825EE8CF557704C55AE7F3B5D700FEDE319221');
INSERT INTO "sealed_leaf" VALUES(181,'request','3',X'606297E21FD40785C66F2427A201553F584DFAAFBA2E950A58DFC74BB1B3E944');
INSERT INTO "sealed_leaf" VALUES(182,'city','SPO/1',X'B9FD16BCA2867ADDD3F700740F9DA2EC5943F67DE9CE08AF2CB82A790F8A3BE5');
INSERT INTO "sealed_leaf" VALUES(183,'request','4',X'DFEC790FAAEF465EE28C84BAF515E1B9AB5281983BD313B18B1F50B233763FE1');
INSERT INTO "sealed_leaf" VALUES(184,'provider','SAO/1',X'D14332A766C7E6F2E3B08B80FB32630E6B99E3F46392534A7A90E6D3B39933E8');
INSERT INTO "sealed_leaf" VALUES(185,'request','5',X'B8EA9BDE94EF4DE6A805EF08D49E840E8FB9327CCB548DD6C038345387C2161F');
INSERT INTO "sealed_leaf" VALUES(186,'provider','BNK/1',X'6CD090618DF156930BEB0B67E884F547FA6C4F722241CB1E37B7BF4AD4149BE0');
INSERT INTO "sealed_leaf" VALUES(187,'request','6',X'6C7260439309A61D06863EC2A8CA93F45365B3EB1BED2BBBED6B9128A0BDA2D6');
INSERT INTO "sealed_leaf" VALUES(188,'provider','RLW/1',X'196E2A647B2AC02D0567E9DA244CA75BCBDE54AE574AC618ED49BF3641A4DA60');
INSERT INTO "sealed_leaf" VALUES(189,'request','7',X'8EC64451D9E253E2E97F3B1C7E74755261E213CFD284EE83198EBA3B0E4F0521');
INSERT INTO "sealed_leaf" VALUES(190,'rate','1',X'2BFCCAB8CA448AB9EAB0CA1FBBA91D8F8C34854406FFC9BA45A1781DC3FBCCBF');
INSERT INTO "sealed_leaf" VALUES(191,'request','8',X'CA56DEB9285711C2F26A0E7F295B0993995E7C1123887A3A963012053650F7D3');
INSERT INTO "sealed_leaf" VALUES(192,'entry','1',X'9A640FB90B28BABAB1D18DD2C4CD2E4B5F2715632F8D2681DA40A33793C479FB');
INSERT INTO "sealed_leaf" VALUES(193,'entry','2',X'61E73C49EC186E55B6909A83FE220A0CE449879D070FC0E97CCAE30D2BB22AC0');
INSERT INTO "sealed_leaf" VALUES(194,'project','PRJ-0001/1',X'BCE1A8D2F25F24900C040E8F4D6CF96C3F076E8EE38755D2B4CF89B6807A74F4');
INSERT INTO "sealed_leaf" VALUES(195,'need','N-0001/1',X'48EF1C239FB485746E18C4B6061C38BFA1E459F78410131C6CE4978A9139F007');
INSERT INTO "sealed_leaf" VALUES(196,'need','N-0002/1',X'5382C273FD5D16C7F3A018110D29E3748E5C7DF35346060DB7D29B494D35048F');
INSERT INTO "sealed_leaf" VALUES(197,'request','9',X'EE0FF6360634CE0F3A3B7A3DC8733B3E25073FA546C047304BE2CE5C6C6A7C50');
INSERT INTO "sealed_leaf" VALUES(198,'entry','3',X'F977A2543CE13A3744E8A48BEE12FE66B9EB1314728C7364626B549DD50496D2');
INSERT INTO "sealed_leaf" VALUES(199,'entry','4',X'F562CF2F478C13761107EE7E20F34173BCF768B5B10E90491945926810AEA811');
INSERT INTO "sealed_leaf" VALUES(200,'project','PRJ-0002/1',X'302201ABFEE3DFC7D619D4F666C2D938BCB963F3C4A5A238A7EEBCDB32F14C94');
INSERT INTO "sealed_leaf" VALUES(201,'need','N-0003/1',X'B8F9D940636E62D59B85552AA0E63118A16F3E055C1A401BA1A5CC89299C09F1');
INSERT INTO "sealed_leaf" VALUES(202,'need','N-0004/1',X'7EF956031502588E2D389190B593D1E401E70C1266231378B82F5A2196E10AB9');
INSERT INTO "sealed_leaf" VALUES(203,'request','10',X'0668DE455AC9E752567D72F2191FB7CDEA53E9DDDED3823691E51A9ACDD2409E');
INSERT INTO "sealed_leaf" VALUES(204,'entry','5',X'866C88E1B3B37294E5004C40CF481DCBDFA925FBF439C1086F6460F75FBF1383');
INSERT INTO "sealed_leaf" VALUES(205,'offer','O-0001/1',X'09F13707B536DDB485527BA7E9CE513C866D0ABE415A15307F479F6B785910E5');
INSERT INTO "sealed_leaf" VALUES(206,'request','11',X'E1C674E98ACCEC277AE751B90F3523BFECA41713399EA6FC5CC08BDCD48B33E4');
INSERT INTO "sealed_leaf" VALUES(207,'entry','6',X'853C55ACB2E6C7573B6DF6CCF6EAA21447D8F5428DA5121DD95660DE0C460CB1');
INSERT INTO "sealed_leaf" VALUES(208,'offer','O-0002/1',X'3DC5B4F1EE4B5487458E6B208B95A0DD25FACD602045BE68A24C39689EC0C8E0');
INSERT INTO "sealed_leaf" VALUES(209,'request','12',X'AD5199D938D2A63082F103ADAA5884D64CE20777D32D2849110882DEE65EF2CA');
INSERT INTO "sealed_leaf" VALUES(210,'entry','7',X'BCEB06DA23902D6070B6F1F65C080172AAE2702AE1EA392E8B366BBFA9F58FC4');
INSERT INTO "sealed_leaf" VALUES(211,'offer','O-0003/1',X'95643F820E259A1FEAC4E4B60F55F4B86C3B6C8932AB58B51AA55E11FC8398FD');
INSERT INTO "sealed_leaf" VALUES(212,'request','13',X'408F8DC4ADBF47F1864530F0A3B8E29F0571555F1673FB4E8A3A446F562898CF');
INSERT INTO "sealed_leaf" VALUES(213,'entry','8',X'6ED44CE57E8D65EA9DDBE8BCCF8ADA8293641AA257FD3C392DCE464CF5E28A98');
INSERT INTO "sealed_leaf" VALUES(214,'deal','D-0001/1',X'CC0F3C52C13E74B6908AE6E5818E4464FD2D4057215CE8499996974C4BE2FF81');
INSERT INTO "sealed_leaf" VALUES(215,'request','14',X'38ED6E1EB0B83D2A1F575C59C44497500A634ED29243EB7494145EE9A2A43265');
INSERT INTO "sealed_leaf" VALUES(216,'entry','9',X'19FF3F7351D3A215B6ADA76C0EFDA45AFF70C1B31B35928C1277A8550B9150F2');
INSERT INTO "sealed_leaf" VALUES(217,'request','15',X'30B2EF7D7FD6A98960FED8E8003114CCC656E2273AAF4C39E10412F8302A37B5');
INSERT INTO "sealed_leaf" VALUES(218,'entry','10',X'017DBED34D57542F61EC924F72288AFFDF23ACBBB99B14723B1D8D9B7D958224');
INSERT INTO "sealed_leaf" VALUES(219,'request','16',X'22E6BE0EF182452B67C537387503C53057B414911F37EA8E856194DAC736257B');
INSERT INTO "sealed_leaf" VALUES(220,'entry','11',X'DFBFF8C3887C352266EF550D3941E40360881AB045ACFB1FDC29E7DAAF3D55DD');
INSERT INTO "sealed_leaf" VALUES(221,'request','17',X'AF23B9D40D3A3FDD9F1799BA9572D895298E84459073D8226489889AEC2E534A');
INSERT INTO "sealed_leaf" VALUES(222,'entry','12',X'B1F55AB92064C7FA538ED1967F8615F5AD9518A4B9300F306E75A43B57E101BC');
INSERT INTO "sealed_leaf" VALUES(223,'deal','D-0002/1',X'BD8C6F9CD81F97178A234DE95ECBBF61B5188CF5F6601B390255AFEDC0E82955');
INSERT INTO "sealed_leaf" VALUES(224,'request','18',X'3111BBEBF77793F1E356B0552ADF9334455E01682B763E514895940E3C876E36');
INSERT INTO "sealed_leaf" VALUES(225,'entry','13',X'53454ED186FB792F3199B8A26748B12E3BF2CEA658A70162E8F73164256FED4D');
INSERT INTO "sealed_leaf" VALUES(226,'request','19',X'B58D6E4646C59D478102D6157343D13E50D0BFADAF5FFBC478136161555CF657');
INSERT INTO "sealed_leaf" VALUES(227,'request','20',X'6AA6DEEF4D73D18DFD944C8535C102D9C545D7B83B86EC4E87885ADEEAEF4A7E');
INSERT INTO "sealed_leaf" VALUES(228,'city','MHD/2',X'81D58E8BCF92B34EB200F5180182B0C1D60FED56717A872DF56F9074A75A2706');
INSERT INTO "sealed_leaf" VALUES(229,'request','21',X'727F4E1C137C5BCED7B5FE49F9A5A3EAE2FD00C6E06B51FFD2C848EBB12AB302');
INSERT INTO "sealed_leaf" VALUES(230,'entry','14',X'A5FC2B36529D9BE5E74E96BCAE889B42118661B06E62F8E47A9456226C1596E9');
INSERT INTO "sealed_leaf" VALUES(231,'request','22',X'38E9BA4BAE4309CB9ED0ADCF640E12544948C7D0252CBB6A39F7DFF09BEBD12F');
INSERT INTO "sealed_leaf" VALUES(232,'entry','15',X'B631B14731BE32895243A8A083712827D2BE40ECE6FD1503FEC4BC97952325CF');
INSERT INTO "sealed_leaf" VALUES(233,'request','23',X'BACC7458FFEA930DDC387CA7A25B6C06B26234BD0FE7385C0F03B9C61590499D');
INSERT INTO "sealed_leaf" VALUES(234,'proposal','MAT-0001',X'B6EA1F0EF5B16C0C849CAC9901E58DAF1CF7EBE5CACA4BD0C299F72E6097E40D');
INSERT INTO "sealed_leaf" VALUES(235,'request','24',X'94F9AD7C18B6467CB0DBFC43FD45FE3426FE6BEB03E1EAE323B8FBA45BA4C715');
INSERT INTO "sealed_leaf" VALUES(236,'project','PRJ-0002/2',X'01072CFDE4E61C4625D4AC00AB4217C65A6EBA0ECB0B046A08C6741E5785C329');
INSERT INTO "sealed_leaf" VALUES(237,'request','25',X'BCD9C46F260BBCE31DE1DACF8C83FE219B30BA7F4F24DE92345224D3D273FB73');
INSERT INTO "sealed_leaf" VALUES(238,'request','26',X'15455C843DCF03B8A2DE724484C8596F2D16D98F2F585FF574B81A79B2F20DF0');
INSERT INTO "sealed_leaf" VALUES(239,'request','27',X'3CAB92B97A07D88C3380EA10814A3C5B4BEA35984EDA105E2F90BD6B6405ED70');
INSERT INTO "sealed_leaf" VALUES(240,'request','28',X'6D658B6743A9CA883183AE2603799E20F225EC1D54404D67ECB29BAF9399BC8F');
INSERT INTO "sealed_leaf" VALUES(241,'request','29',X'8110234D4D13F8D49DE16350416184584CE13F640E58AEE44601B8D8297358FD');
CREATE TABLE sector (
	code VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	dac VARCHAR(64), 
	CONSTRAINT pk_sector PRIMARY KEY (code)
);
INSERT INTO "sector" VALUES('education','Education','11120');
INSERT INTO "sector" VALUES('health','Health','12191');
INSERT INTO "sector" VALUES('energy','Energy','23110');
INSERT INTO "sector" VALUES('energy.solar','Solar energy','23230');
INSERT INTO "sector" VALUES('energy.wind','Wind energy','23240');
INSERT INTO "sector" VALUES('energy.hydropower','Hydropower','23220');
INSERT INTO "sector" VALUES('energy.biomass','Biomass energy','23270');
INSERT INTO "sector" VALUES('energy.geothermal','Geothermal energy','23260');
INSERT INTO "sector" VALUES('communications','Communications','22010');
INSERT INTO "sector" VALUES('waterAndWaste','Water and waste','14020');
INSERT INTO "sector" VALUES('governance','Governance','15110');
INSERT INTO "sector" VALUES('economy','Economy','32110');
INSERT INTO "sector" VALUES('cultureSportsAndRecreation','Culture, sports and recreation','16061');
INSERT INTO "sector" VALUES('transport','Transport','21010');
INSERT INTO "sector" VALUES('transport.air','Air transport','21050');
INSERT INTO "sector" VALUES('transport.water','Water transport','21040');
INSERT INTO "sector" VALUES('transport.rail','Rail transport','21030');
INSERT INTO "sector" VALUES('transport.road','Road transport','21020');
INSERT INTO "sector" VALUES('transport.urban','Urban transport','21012');
INSERT INTO "sector" VALUES('transport.lowCarbon','Low-carbon transport','23642');
INSERT INTO "sector" VALUES('socialHousing','Social housing','16040');
INSERT INTO "sector" VALUES('naturalResources','Natural resources','41010');
INSERT INTO "sector" VALUES('naturalResources.floodProtection','Flood protection','43060');
CREATE TABLE setting_version (
	name VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	value TEXT NOT NULL, 
	reason TEXT, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	format SMALLINT NOT NULL, 
	CONSTRAINT pk_setting_version PRIMARY KEY (name, version), 
	CONSTRAINT fk_setting_version_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
CREATE TABLE statement (
	id INTEGER NOT NULL, 
	provider_id BIGINT NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	file_name TEXT NOT NULL, 
	lines INTEGER NOT NULL, 
	request_id BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	CONSTRAINT pk_statement PRIMARY KEY (id), 
	CONSTRAINT ck_statement_lines CHECK (lines > 0), 
	CONSTRAINT fk_statement_provider_id FOREIGN KEY(provider_id) REFERENCES provider (id), 
	CONSTRAINT fk_statement_request_id FOREIGN KEY(request_id) REFERENCES request (id), 
	CONSTRAINT uq_statement_content_hash_provider_id_code UNIQUE (content_hash, provider_id, code)
);
INSERT INTO "statement" VALUES(1,2,'BNK-2025-04','0f282bb30fdfe62681476039804ea35b6f3d3bdf3010f4bc8d68452b55917731','bnk.csv',2,25,1795896049520104);
CREATE TABLE statement_line (
	statement_id BIGINT NOT NULL, 
	position INTEGER NOT NULL, 
	number VARCHAR(80) NOT NULL, 
	day DATE NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	deal VARCHAR(64), 
	offer VARCHAR(64), 
	need VARCHAR(64), 
	amount BIGINT NOT NULL, 
	unit VARCHAR(64) NOT NULL, 
	reference TEXT, 
	file_line INTEGER NOT NULL, 
	CONSTRAINT pk_statement_line PRIMARY KEY (statement_id, position), 
	CONSTRAINT ck_statement_line_amount CHECK (amount BETWEEN -100000000000000000 AND 100000000000000000 AND amount <> 0), 
	CONSTRAINT ck_statement_line_kind CHECK (kind IN ('commitment', 'delivery')), 
	CONSTRAINT fk_statement_line_statement_id FOREIGN KEY(statement_id) REFERENCES statement (id), 
	CONSTRAINT fk_statement_line_unit FOREIGN KEY(unit) REFERENCES unit (code)
)
 WITHOUT ROWID

;
INSERT INTO "statement_line" VALUES(1,1,'1','2025-04-20','commitment','D-0002','O-0002','N-0001',434000000,'USD',NULL,2);
INSERT INTO "statement_line" VALUES(1,2,'2','2025-04-21','delivery','D-0002','O-0002','N-0001',100000000,'USD','TX-1',3);
CREATE TABLE unit (
	code VARCHAR(64) NOT NULL, 
	decimals SMALLINT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	name TEXT NOT NULL, 
	request_id BIGINT NOT NULL, 
	CONSTRAINT pk_unit PRIMARY KEY (code), 
	CONSTRAINT ck_unit_kind CHECK (kind IN ('money', 'work')), 
	CONSTRAINT ck_unit_decimals CHECK (decimals BETWEEN 0 AND 6), 
	CONSTRAINT fk_unit_request_id FOREIGN KEY(request_id) REFERENCES request (id)
)
 WITHOUT ROWID

;
INSERT INTO "unit" VALUES('AED',2,'money','UAE dirham',1);
INSERT INTO "unit" VALUES('AFN',2,'money','Afghani',1);
INSERT INTO "unit" VALUES('ALL',2,'money','Albanian lek',1);
INSERT INTO "unit" VALUES('AMD',2,'money','Armenian dram',1);
INSERT INTO "unit" VALUES('ANG',2,'money','Netherlands Antillean guilder',1);
INSERT INTO "unit" VALUES('AOA',2,'money','Angolan kwanza',1);
INSERT INTO "unit" VALUES('ARS',2,'money','Argentine peso',1);
INSERT INTO "unit" VALUES('AUD',2,'money','Australian dollar',1);
INSERT INTO "unit" VALUES('AWG',2,'money','Aruban florin',1);
INSERT INTO "unit" VALUES('AZN',2,'money','Azerbaijan manat',1);
INSERT INTO "unit" VALUES('BAM',2,'money','Convertible mark',1);
INSERT INTO "unit" VALUES('BBD',2,'money','Barbados dollar',1);
INSERT INTO "unit" VALUES('BDT',2,'money','Bangladeshi taka',1);
INSERT INTO "unit" VALUES('BGN',2,'money','Bulgarian lev',1);
INSERT INTO "unit" VALUES('BHD',3,'money','Bahraini dinar',1);
INSERT INTO "unit" VALUES('BIF',0,'money','Burundi franc',1);
INSERT INTO "unit" VALUES('BMD',2,'money','Bermudian dollar',1);
INSERT INTO "unit" VALUES('BND',2,'money','Brunei dollar',1);
INSERT INTO "unit" VALUES('BOB',2,'money','Boliviano',1);
INSERT INTO "unit" VALUES('BOV',2,'money','Bolivian mvdol',1);
INSERT INTO "unit" VALUES('BRL',2,'money','Brazilian real',1);
INSERT INTO "unit" VALUES('BSD',2,'money','Bahamian dollar',1);
INSERT INTO "unit" VALUES('BTN',2,'money','Bhutanese ngultrum',1);
INSERT INTO "unit" VALUES('BWP',2,'money','Botswana pula',1);
INSERT INTO "unit" VALUES('BYN',2,'money','Belarusian ruble',1);
INSERT INTO "unit" VALUES('BZD',2,'money','Belize dollar',1);
INSERT INTO "unit" VALUES('CAD',2,'money','Canadian dollar',1);
INSERT INTO "unit" VALUES('CDF',2,'money','Congolese franc',1);
INSERT INTO "unit" VALUES('CHE',2,'money','WIR euro',1);
INSERT INTO "unit" VALUES('CHF',2,'money','Swiss franc',1);
INSERT INTO "unit" VALUES('CHW',2,'money','WIR franc',1);
INSERT INTO "unit" VALUES('CLF',4,'money','Unidad de fomento',1);
INSERT INTO "unit" VALUES('CLP',0,'money','Chilean peso',1);
INSERT INTO "unit" VALUES('CNY',2,'money','Yuan renminbi',1);
INSERT INTO "unit" VALUES('COP',2,'money','Colombian peso',1);
INSERT INTO "unit" VALUES('COU',2,'money','Unidad de valor real',1);
INSERT INTO "unit" VALUES('CRC',2,'money','Costa Rican colón',1);
INSERT INTO "unit" VALUES('CUP',2,'money','Cuban peso',1);
INSERT INTO "unit" VALUES('CVE',2,'money','Cabo Verde escudo',1);
INSERT INTO "unit" VALUES('CZK',2,'money','Czech koruna',1);
INSERT INTO "unit" VALUES('DJF',0,'money','Djibouti franc',1);
INSERT INTO "unit" VALUES('DKK',2,'money','Danish krone',1);
INSERT INTO "unit" VALUES('DOP',2,'money','Dominican peso',1);
INSERT INTO "unit" VALUES('DZD',2,'money','Algerian dinar',1);
INSERT INTO "unit" VALUES('EGP',2,'money','Egyptian pound',1);
INSERT INTO "unit" VALUES('ERN',2,'money','Eritrean nakfa',1);
INSERT INTO "unit" VALUES('ETB',2,'money','Ethiopian birr',1);
INSERT INTO "unit" VALUES('EUR',2,'money','Euro',1);
INSERT INTO "unit" VALUES('FJD',2,'money','Fiji dollar',1);
INSERT INTO "unit" VALUES('FKP',2,'money','Falkland Islands pound',1);
INSERT INTO "unit" VALUES('GBP',2,'money','Pound sterling',1);
INSERT INTO "unit" VALUES('GEL',2,'money','Georgian lari',1);
INSERT INTO "unit" VALUES('GHS',2,'money','Ghana cedi',1);
INSERT INTO "unit" VALUES('GIP',2,'money','Gibraltar pound',1);
INSERT INTO "unit" VALUES('GMD',2,'money','Gambian dalasi',1);
INSERT INTO "unit" VALUES('GNF',0,'money','Guinean franc',1);
INSERT INTO "unit" VALUES('GTQ',2,'money','Guatemalan quetzal',1);
INSERT INTO "unit" VALUES('GYD',2,'money','Guyana dollar',1);
INSERT INTO "unit" VALUES('HKD',2,'money','Hong Kong dollar',1);
INSERT INTO "unit" VALUES('HNL',2,'money','Honduran lempira',1);
INSERT INTO "unit" VALUES('HRK',2,'money','Croatian kuna',1);
INSERT INTO "unit" VALUES('HTG',2,'money','Haitian gourde',1);
INSERT INTO "unit" VALUES('HUF',2,'money','Hungarian forint',1);
INSERT INTO "unit" VALUES('IDR',2,'money','Indonesian rupiah',1);
INSERT INTO "unit" VALUES('ILS',2,'money','New Israeli sheqel',1);
INSERT INTO "unit" VALUES('INR',2,'money','Indian rupee',1);
INSERT INTO "unit" VALUES('IQD',3,'money','Iraqi dinar',1);
INSERT INTO "unit" VALUES('IRR',2,'money','Iranian rial',1);
INSERT INTO "unit" VALUES('ISK',0,'money','Iceland króna',1);
INSERT INTO "unit" VALUES('JMD',2,'money','Jamaican dollar',1);
INSERT INTO "unit" VALUES('JOD',3,'money','Jordanian dinar',1);
INSERT INTO "unit" VALUES('JPY',0,'money','Japanese yen',1);
INSERT INTO "unit" VALUES('KES',2,'money','Kenyan shilling',1);
INSERT INTO "unit" VALUES('KGS',2,'money','Kyrgyz som',1);
INSERT INTO "unit" VALUES('KHR',2,'money','Cambodian riel',1);
INSERT INTO "unit" VALUES('KMF',0,'money','Comorian franc',1);
INSERT INTO "unit" VALUES('KPW',2,'money','North Korean won',1);
INSERT INTO "unit" VALUES('KRW',0,'money','South Korean won',1);
INSERT INTO "unit" VALUES('KWD',3,'money','Kuwaiti dinar',1);
INSERT INTO "unit" VALUES('KYD',2,'money','Cayman Islands dollar',1);
INSERT INTO "unit" VALUES('KZT',2,'money','Kazakhstan tenge',1);
INSERT INTO "unit" VALUES('LAK',2,'money','Lao kip',1);
INSERT INTO "unit" VALUES('LBP',2,'money','Lebanese pound',1);
INSERT INTO "unit" VALUES('LKR',2,'money','Sri Lanka rupee',1);
INSERT INTO "unit" VALUES('LRD',2,'money','Liberian dollar',1);
INSERT INTO "unit" VALUES('LSL',2,'money','Lesotho loti',1);
INSERT INTO "unit" VALUES('LYD',3,'money','Libyan dinar',1);
INSERT INTO "unit" VALUES('MAD',2,'money','Moroccan dirham',1);
INSERT INTO "unit" VALUES('MDL',2,'money','Moldovan leu',1);
INSERT INTO "unit" VALUES('MGA',2,'money','Malagasy ariary',1);
INSERT INTO "unit" VALUES('MKD',2,'money','Macedonian denar',1);
INSERT INTO "unit" VALUES('MMK',2,'money','Myanmar kyat',1);
INSERT INTO "unit" VALUES('MNT',2,'money','Mongolian tugrik',1);
INSERT INTO "unit" VALUES('MOP',2,'money','Macao pataca',1);
INSERT INTO "unit" VALUES('MRU',2,'money','Mauritanian ouguiya',1);
INSERT INTO "unit" VALUES('MUR',2,'money','Mauritius rupee',1);
INSERT INTO "unit" VALUES('MVR',2,'money','Maldives rufiyaa',1);
INSERT INTO "unit" VALUES('MWK',2,'money','Malawi kwacha',1);
INSERT INTO "unit" VALUES('MXN',2,'money','Mexican peso',1);
INSERT INTO "unit" VALUES('MXV',2,'money','Mexican unidad de inversión',1);
INSERT INTO "unit" VALUES('MYR',2,'money','Malaysian ringgit',1);
INSERT INTO "unit" VALUES('MZN',2,'money','Mozambique metical',1);
INSERT INTO "unit" VALUES('NAD',2,'money','Namibia dollar',1);
INSERT INTO "unit" VALUES('NGN',2,'money','Nigerian naira',1);
INSERT INTO "unit" VALUES('NIO',2,'money','Nicaraguan córdoba oro',1);
INSERT INTO "unit" VALUES('NOK',2,'money','Norwegian krone',1);
INSERT INTO "unit" VALUES('NPR',2,'money','Nepalese rupee',1);
INSERT INTO "unit" VALUES('NZD',2,'money','New Zealand dollar',1);
INSERT INTO "unit" VALUES('OMR',3,'money','Rial Omani',1);
INSERT INTO "unit" VALUES('PAB',2,'money','Panamanian balboa',1);
INSERT INTO "unit" VALUES('PEN',2,'money','Peruvian sol',1);
INSERT INTO "unit" VALUES('PGK',2,'money','Papua New Guinean kina',1);
INSERT INTO "unit" VALUES('PHP',2,'money','Philippine peso',1);
INSERT INTO "unit" VALUES('PKR',2,'money','Pakistan rupee',1);
INSERT INTO "unit" VALUES('PLN',2,'money','Polish zloty',1);
INSERT INTO "unit" VALUES('PYG',0,'money','Paraguayan guaraní',1);
INSERT INTO "unit" VALUES('QAR',2,'money','Qatari rial',1);
INSERT INTO "unit" VALUES('RON',2,'money','Romanian leu',1);
INSERT INTO "unit" VALUES('RSD',2,'money','Serbian dinar',1);
INSERT INTO "unit" VALUES('RUB',2,'money','Russian ruble',1);
INSERT INTO "unit" VALUES('RWF',0,'money','Rwanda franc',1);
INSERT INTO "unit" VALUES('SAR',2,'money','Saudi riyal',1);
INSERT INTO "unit" VALUES('SBD',2,'money','Solomon Islands dollar',1);
INSERT INTO "unit" VALUES('SCR',2,'money','Seychelles rupee',1);
INSERT INTO "unit" VALUES('SDG',2,'money','Sudanese pound',1);
INSERT INTO "unit" VALUES('SEK',2,'money','Swedish krona',1);
INSERT INTO "unit" VALUES('SGD',2,'money','Singapore dollar',1);
INSERT INTO "unit" VALUES('SHP',2,'money','Saint Helena pound',1);
INSERT INTO "unit" VALUES('SLE',2,'money','Sierra Leonean leone',1);
INSERT INTO "unit" VALUES('SOS',2,'money','Somali shilling',1);
INSERT INTO "unit" VALUES('SRD',2,'money','Surinam dollar',1);
INSERT INTO "unit" VALUES('SSP',2,'money','South Sudanese pound',1);
INSERT INTO "unit" VALUES('STN',2,'money','São Tomé dobra',1);
INSERT INTO "unit" VALUES('SVC',2,'money','El Salvador colón',1);
INSERT INTO "unit" VALUES('SYP',2,'money','Syrian pound',1);
INSERT INTO "unit" VALUES('SZL',2,'money','Swazi lilangeni',1);
INSERT INTO "unit" VALUES('THB',2,'money','Thai baht',1);
INSERT INTO "unit" VALUES('TJS',2,'money','Tajik somoni',1);
INSERT INTO "unit" VALUES('TMT',2,'money','Turkmenistan new manat',1);
INSERT INTO "unit" VALUES('TND',3,'money','Tunisian dinar',1);
INSERT INTO "unit" VALUES('TOP',2,'money','Tongan pa''anga',1);
INSERT INTO "unit" VALUES('TRY',2,'money','Turkish lira',1);
INSERT INTO "unit" VALUES('TTD',2,'money','Trinidad and Tobago dollar',1);
INSERT INTO "unit" VALUES('TWD',2,'money','New Taiwan dollar',1);
INSERT INTO "unit" VALUES('TZS',2,'money','Tanzanian shilling',1);
INSERT INTO "unit" VALUES('UAH',2,'money','Ukrainian hryvnia',1);
INSERT INTO "unit" VALUES('UGX',0,'money','Uganda shilling',1);
INSERT INTO "unit" VALUES('USD',2,'money','US dollar',1);
INSERT INTO "unit" VALUES('USN',2,'money','US dollar (next day)',1);
INSERT INTO "unit" VALUES('UYI',0,'money','Uruguay peso in indexed units',1);
INSERT INTO "unit" VALUES('UYU',2,'money','Uruguayan peso',1);
INSERT INTO "unit" VALUES('UYW',4,'money','Unidad previsional',1);
INSERT INTO "unit" VALUES('UZS',2,'money','Uzbekistan sum',1);
INSERT INTO "unit" VALUES('VED',2,'money','Bolívar digital',1);
INSERT INTO "unit" VALUES('VES',2,'money','Bolívar soberano',1);
INSERT INTO "unit" VALUES('VND',0,'money','Vietnamese dong',1);
INSERT INTO "unit" VALUES('VUV',0,'money','Vanuatu vatu',1);
INSERT INTO "unit" VALUES('WST',2,'money','Samoan tala',1);
INSERT INTO "unit" VALUES('XAD',2,'money','Arab accounting dinar',1);
INSERT INTO "unit" VALUES('XAF',0,'money','CFA franc BEAC',1);
INSERT INTO "unit" VALUES('XCD',2,'money','East Caribbean dollar',1);
INSERT INTO "unit" VALUES('XCG',2,'money','Caribbean guilder',1);
INSERT INTO "unit" VALUES('XOF',0,'money','CFA franc BCEAO',1);
INSERT INTO "unit" VALUES('XPF',0,'money','CFP franc',1);
INSERT INTO "unit" VALUES('YER',2,'money','Yemeni rial',1);
INSERT INTO "unit" VALUES('ZAR',2,'money','South African rand',1);
INSERT INTO "unit" VALUES('ZMW',2,'money','Zambian kwacha',1);
INSERT INTO "unit" VALUES('ZWG',2,'money','Zimbabwe Gold',1);
INSERT INTO "unit" VALUES('km',3,'work','kilometre',1);
INSERT INTO "unit" VALUES('package',0,'work','whole work package',1);
INSERT INTO "unit" VALUES('person-day',2,'work','day of one person''s work',1);
INSERT INTO "unit" VALUES('person-month',2,'work','month of one person''s work',1);
INSERT INTO "unit" VALUES('station',0,'work','station',1);
INSERT INTO "unit" VALUES('vehicle',0,'work','vehicle',1);
CREATE INDEX ix_city_number ON city (number);
CREATE INDEX ix_office_number ON office (number);
CREATE INDEX ix_provider_number ON provider (number);
CREATE INDEX ix_project_number ON project (number);
CREATE INDEX ix_rate_lookup ON rate (base, quote, day, id);
CREATE INDEX ix_need_number ON need (number);
CREATE INDEX ix_offer_number ON offer (number);
CREATE INDEX ix_deal_number ON deal (number);
CREATE INDEX ix_deal_need_id ON deal (need_id);
CREATE INDEX ix_deal_offer_id ON deal (offer_id);
CREATE INDEX ix_entry_deal_id_effective_on ON entry (deal_id, effective_on);
CREATE INDEX ix_entry_request_id ON entry (request_id);
CREATE INDEX ix_movement_deal_id ON movement (deal_id);
CREATE INDEX ix_movement_timeline ON movement (holder_id, effective_on, recorded_at, from_stage, to_stage, amount);
CREATE INDEX ix_proposal_number ON proposal (number);
CREATE INDEX ix_night_run_day ON night_run (day);
CREATE INDEX ix_statement_provider_id ON statement (provider_id);
CREATE TRIGGER allowed_move_refuses_update BEFORE UPDATE ON allowed_move
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: allowed_move is append-only, update refused');
END;
CREATE TRIGGER allowed_move_refuses_delete BEFORE DELETE ON allowed_move
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: allowed_move is append-only, delete refused');
END;
CREATE TRIGGER allowed_move_refuses_replace BEFORE INSERT ON allowed_move
WHEN EXISTS (SELECT 1 FROM allowed_move AS kept WHERE (kept.act = NEW.act AND kept.side = NEW.side AND kept.from_stage = NEW.from_stage AND kept.to_stage = NEW.to_stage))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: allowed_move has this key already, replace refused');
END;
CREATE TRIGGER night_lock_refuses_update BEFORE UPDATE ON night_lock
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_lock is append-only, update refused');
END;
CREATE TRIGGER night_lock_refuses_delete BEFORE DELETE ON night_lock
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_lock is append-only, delete refused');
END;
CREATE TRIGGER night_lock_refuses_replace BEFORE INSERT ON night_lock
WHEN EXISTS (SELECT 1 FROM night_lock AS kept WHERE (kept.name = NEW.name))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_lock has this key already, replace refused');
END;
CREATE TRIGGER night_run_refuses_update BEFORE UPDATE ON night_run
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_run is append-only, update refused');
END;
CREATE TRIGGER night_run_refuses_delete BEFORE DELETE ON night_run
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_run is append-only, delete refused');
END;
CREATE TRIGGER night_run_refuses_replace BEFORE INSERT ON night_run
WHEN EXISTS (SELECT 1 FROM night_run AS kept WHERE (kept.id = NEW.id))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_run has this key already, replace refused');
END;
CREATE TRIGGER request_refuses_update BEFORE UPDATE ON request
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: request is append-only, update refused');
END;
CREATE TRIGGER request_refuses_delete BEFORE DELETE ON request
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: request is append-only, delete refused');
END;
CREATE TRIGGER request_refuses_replace BEFORE INSERT ON request
WHEN EXISTS (SELECT 1 FROM request AS kept WHERE (kept.id = NEW.id) OR (kept.key = NEW.key))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: request has this key already, replace refused');
END;
CREATE TRIGGER sealed_leaf_refuses_update BEFORE UPDATE ON sealed_leaf
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: sealed_leaf is append-only, update refused');
END;
CREATE TRIGGER sealed_leaf_refuses_delete BEFORE DELETE ON sealed_leaf
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: sealed_leaf is append-only, delete refused');
END;
CREATE TRIGGER sealed_leaf_refuses_replace BEFORE INSERT ON sealed_leaf
WHEN EXISTS (SELECT 1 FROM sealed_leaf AS kept WHERE (kept.position = NEW.position) OR (kept.kind = NEW.kind AND kept.reference = NEW.reference))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: sealed_leaf has this key already, replace refused');
END;
CREATE TRIGGER city_refuses_update BEFORE UPDATE ON city
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city is append-only, update refused');
END;
CREATE TRIGGER city_refuses_delete BEFORE DELETE ON city
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city is append-only, delete refused');
END;
CREATE TRIGGER city_refuses_replace BEFORE INSERT ON city
WHEN EXISTS (SELECT 1 FROM city AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city has this key already, replace refused');
END;
CREATE TRIGGER night_step_refuses_update BEFORE UPDATE ON night_step
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step is append-only, update refused');
END;
CREATE TRIGGER night_step_refuses_delete BEFORE DELETE ON night_step
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step is append-only, delete refused');
END;
CREATE TRIGGER night_step_refuses_replace BEFORE INSERT ON night_step
WHEN EXISTS (SELECT 1 FROM night_step AS kept WHERE (kept.run_id = NEW.run_id AND kept.name = NEW.name))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step has this key already, replace refused');
END;
CREATE TRIGGER office_refuses_update BEFORE UPDATE ON office
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office is append-only, update refused');
END;
CREATE TRIGGER office_refuses_delete BEFORE DELETE ON office
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office is append-only, delete refused');
END;
CREATE TRIGGER office_refuses_replace BEFORE INSERT ON office
WHEN EXISTS (SELECT 1 FROM office AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office has this key already, replace refused');
END;
CREATE TRIGGER provider_refuses_update BEFORE UPDATE ON provider
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider is append-only, update refused');
END;
CREATE TRIGGER provider_refuses_delete BEFORE DELETE ON provider
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider is append-only, delete refused');
END;
CREATE TRIGGER provider_refuses_replace BEFORE INSERT ON provider
WHEN EXISTS (SELECT 1 FROM provider AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider has this key already, replace refused');
END;
CREATE TRIGGER receipt_refuses_update BEFORE UPDATE ON receipt
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: receipt is append-only, update refused');
END;
CREATE TRIGGER receipt_refuses_delete BEFORE DELETE ON receipt
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: receipt is append-only, delete refused');
END;
CREATE TRIGGER receipt_refuses_replace BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM receipt AS kept WHERE (kept.request_id = NEW.request_id))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: receipt has this key already, replace refused');
END;
CREATE TRIGGER seal_refuses_update BEFORE UPDATE ON seal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: seal is append-only, update refused');
END;
CREATE TRIGGER seal_refuses_delete BEFORE DELETE ON seal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: seal is append-only, delete refused');
END;
CREATE TRIGGER seal_refuses_replace BEFORE INSERT ON seal
WHEN EXISTS (SELECT 1 FROM seal AS kept WHERE (kept.number = NEW.number))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: seal has this key already, replace refused');
END;
CREATE TRIGGER setting_version_refuses_update BEFORE UPDATE ON setting_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: setting_version is append-only, update refused');
END;
CREATE TRIGGER setting_version_refuses_delete BEFORE DELETE ON setting_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: setting_version is append-only, delete refused');
END;
CREATE TRIGGER setting_version_refuses_replace BEFORE INSERT ON setting_version
WHEN EXISTS (SELECT 1 FROM setting_version AS kept WHERE (kept.name = NEW.name AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: setting_version has this key already, replace refused');
END;
CREATE TRIGGER setting_version_follows BEFORE INSERT ON setting_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM setting_version AS kept WHERE kept.name = NEW.name
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: setting_version takes versions one after another only');
END;
CREATE TRIGGER unit_refuses_update BEFORE UPDATE ON unit
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: unit is append-only, update refused');
END;
CREATE TRIGGER unit_refuses_delete BEFORE DELETE ON unit
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: unit is append-only, delete refused');
END;
CREATE TRIGGER unit_refuses_replace BEFORE INSERT ON unit
WHEN EXISTS (SELECT 1 FROM unit AS kept WHERE (kept.code = NEW.code))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: unit has this key already, replace refused');
END;
CREATE TRIGGER city_version_refuses_update BEFORE UPDATE ON city_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city_version is append-only, update refused');
END;
CREATE TRIGGER city_version_refuses_delete BEFORE DELETE ON city_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city_version is append-only, delete refused');
END;
CREATE TRIGGER city_version_refuses_replace BEFORE INSERT ON city_version
WHEN EXISTS (SELECT 1 FROM city_version AS kept WHERE (kept.city_id = NEW.city_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city_version has this key already, replace refused');
END;
CREATE TRIGGER city_version_follows BEFORE INSERT ON city_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM city_version AS kept WHERE kept.city_id = NEW.city_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: city_version takes versions one after another only');
END;
CREATE TRIGGER holder_refuses_update BEFORE UPDATE ON holder
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: holder is append-only, update refused');
END;
CREATE TRIGGER holder_refuses_delete BEFORE DELETE ON holder
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: holder is append-only, delete refused');
END;
CREATE TRIGGER holder_refuses_replace BEFORE INSERT ON holder
WHEN EXISTS (SELECT 1 FROM holder AS kept WHERE (kept.id = NEW.id) OR (kept.id = NEW.id AND kept.unit = NEW.unit))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: holder has this key already, replace refused');
END;
CREATE TRIGGER office_version_refuses_update BEFORE UPDATE ON office_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office_version is append-only, update refused');
END;
CREATE TRIGGER office_version_refuses_delete BEFORE DELETE ON office_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office_version is append-only, delete refused');
END;
CREATE TRIGGER office_version_refuses_replace BEFORE INSERT ON office_version
WHEN EXISTS (SELECT 1 FROM office_version AS kept WHERE (kept.office_id = NEW.office_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office_version has this key already, replace refused');
END;
CREATE TRIGGER office_version_follows BEFORE INSERT ON office_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM office_version AS kept WHERE kept.office_id = NEW.office_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: office_version takes versions one after another only');
END;
CREATE TRIGGER project_refuses_update BEFORE UPDATE ON project
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project is append-only, update refused');
END;
CREATE TRIGGER project_refuses_delete BEFORE DELETE ON project
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project is append-only, delete refused');
END;
CREATE TRIGGER project_refuses_replace BEFORE INSERT ON project
WHEN EXISTS (SELECT 1 FROM project AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project has this key already, replace refused');
END;
CREATE TRIGGER provider_version_refuses_update BEFORE UPDATE ON provider_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider_version is append-only, update refused');
END;
CREATE TRIGGER provider_version_refuses_delete BEFORE DELETE ON provider_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider_version is append-only, delete refused');
END;
CREATE TRIGGER provider_version_refuses_replace BEFORE INSERT ON provider_version
WHEN EXISTS (SELECT 1 FROM provider_version AS kept WHERE (kept.provider_id = NEW.provider_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider_version has this key already, replace refused');
END;
CREATE TRIGGER provider_version_follows BEFORE INSERT ON provider_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM provider_version AS kept WHERE kept.provider_id = NEW.provider_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: provider_version takes versions one after another only');
END;
CREATE TRIGGER rate_refuses_update BEFORE UPDATE ON rate
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: rate is append-only, update refused');
END;
CREATE TRIGGER rate_refuses_delete BEFORE DELETE ON rate
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: rate is append-only, delete refused');
END;
CREATE TRIGGER rate_refuses_replace BEFORE INSERT ON rate
WHEN EXISTS (SELECT 1 FROM rate AS kept WHERE (kept.id = NEW.id))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: rate has this key already, replace refused');
END;
CREATE TRIGGER statement_refuses_update BEFORE UPDATE ON statement
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement is append-only, update refused');
END;
CREATE TRIGGER statement_refuses_delete BEFORE DELETE ON statement
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement is append-only, delete refused');
END;
CREATE TRIGGER statement_refuses_replace BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM statement AS kept WHERE (kept.id = NEW.id) OR (kept.content_hash = NEW.content_hash AND kept.provider_id = NEW.provider_id AND kept.code = NEW.code))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement has this key already, replace refused');
END;
CREATE TRIGGER need_refuses_update BEFORE UPDATE ON need
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need is append-only, update refused');
END;
CREATE TRIGGER need_refuses_delete BEFORE DELETE ON need
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need is append-only, delete refused');
END;
CREATE TRIGGER need_refuses_replace BEFORE INSERT ON need
WHEN EXISTS (SELECT 1 FROM need AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need has this key already, replace refused');
END;
CREATE TRIGGER offer_refuses_update BEFORE UPDATE ON offer
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer is append-only, update refused');
END;
CREATE TRIGGER offer_refuses_delete BEFORE DELETE ON offer
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer is append-only, delete refused');
END;
CREATE TRIGGER offer_refuses_replace BEFORE INSERT ON offer
WHEN EXISTS (SELECT 1 FROM offer AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer has this key already, replace refused');
END;
CREATE TRIGGER project_version_refuses_update BEFORE UPDATE ON project_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project_version is append-only, update refused');
END;
CREATE TRIGGER project_version_refuses_delete BEFORE DELETE ON project_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project_version is append-only, delete refused');
END;
CREATE TRIGGER project_version_refuses_replace BEFORE INSERT ON project_version
WHEN EXISTS (SELECT 1 FROM project_version AS kept WHERE (kept.project_id = NEW.project_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project_version has this key already, replace refused');
END;
CREATE TRIGGER project_version_follows BEFORE INSERT ON project_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM project_version AS kept WHERE kept.project_id = NEW.project_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: project_version takes versions one after another only');
END;
CREATE TRIGGER statement_line_refuses_update BEFORE UPDATE ON statement_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement_line is append-only, update refused');
END;
CREATE TRIGGER statement_line_refuses_delete BEFORE DELETE ON statement_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement_line is append-only, delete refused');
END;
CREATE TRIGGER statement_line_refuses_replace BEFORE INSERT ON statement_line
WHEN EXISTS (SELECT 1 FROM statement_line AS kept WHERE (kept.statement_id = NEW.statement_id AND kept.position = NEW.position))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement_line has this key already, replace refused');
END;
CREATE TRIGGER deal_refuses_update BEFORE UPDATE ON deal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal is append-only, update refused');
END;
CREATE TRIGGER deal_refuses_delete BEFORE DELETE ON deal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal is append-only, delete refused');
END;
CREATE TRIGGER deal_refuses_replace BEFORE INSERT ON deal
WHEN EXISTS (SELECT 1 FROM deal AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal has this key already, replace refused');
END;
CREATE TRIGGER gap_snapshot_refuses_update BEFORE UPDATE ON gap_snapshot
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: gap_snapshot is append-only, update refused');
END;
CREATE TRIGGER gap_snapshot_refuses_delete BEFORE DELETE ON gap_snapshot
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: gap_snapshot is append-only, delete refused');
END;
CREATE TRIGGER gap_snapshot_refuses_replace BEFORE INSERT ON gap_snapshot
WHEN EXISTS (SELECT 1 FROM gap_snapshot AS kept WHERE (kept.need_id = NEW.need_id AND kept.day = NEW.day AND kept.taken = NEW.taken))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: gap_snapshot has this key already, replace refused');
END;
CREATE TRIGGER need_version_refuses_update BEFORE UPDATE ON need_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need_version is append-only, update refused');
END;
CREATE TRIGGER need_version_refuses_delete BEFORE DELETE ON need_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need_version is append-only, delete refused');
END;
CREATE TRIGGER need_version_refuses_replace BEFORE INSERT ON need_version
WHEN EXISTS (SELECT 1 FROM need_version AS kept WHERE (kept.need_id = NEW.need_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need_version has this key already, replace refused');
END;
CREATE TRIGGER need_version_follows BEFORE INSERT ON need_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM need_version AS kept WHERE kept.need_id = NEW.need_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: need_version takes versions one after another only');
END;
CREATE TRIGGER offer_version_refuses_update BEFORE UPDATE ON offer_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer_version is append-only, update refused');
END;
CREATE TRIGGER offer_version_refuses_delete BEFORE DELETE ON offer_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer_version is append-only, delete refused');
END;
CREATE TRIGGER offer_version_refuses_replace BEFORE INSERT ON offer_version
WHEN EXISTS (SELECT 1 FROM offer_version AS kept WHERE (kept.offer_id = NEW.offer_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer_version has this key already, replace refused');
END;
CREATE TRIGGER offer_version_follows BEFORE INSERT ON offer_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM offer_version AS kept WHERE kept.offer_id = NEW.offer_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: offer_version takes versions one after another only');
END;
CREATE TRIGGER deal_version_refuses_update BEFORE UPDATE ON deal_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_version is append-only, update refused');
END;
CREATE TRIGGER deal_version_refuses_delete BEFORE DELETE ON deal_version
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_version is append-only, delete refused');
END;
CREATE TRIGGER deal_version_refuses_replace BEFORE INSERT ON deal_version
WHEN EXISTS (SELECT 1 FROM deal_version AS kept WHERE (kept.deal_id = NEW.deal_id AND kept.version = NEW.version))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_version has this key already, replace refused');
END;
CREATE TRIGGER deal_version_follows BEFORE INSERT ON deal_version
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM deal_version AS kept WHERE kept.deal_id = NEW.deal_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_version takes versions one after another only');
END;
CREATE TRIGGER entry_refuses_update BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: entry is append-only, update refused');
END;
CREATE TRIGGER entry_refuses_delete BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: entry is append-only, delete refused');
END;
CREATE TRIGGER entry_refuses_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry AS kept WHERE (kept.id = NEW.id) OR (kept.reverses = NEW.reverses))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: entry has this key already, replace refused');
END;
CREATE TRIGGER finding_refuses_update BEFORE UPDATE ON finding
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding is append-only, update refused');
END;
CREATE TRIGGER finding_refuses_delete BEFORE DELETE ON finding
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding is append-only, delete refused');
END;
CREATE TRIGGER finding_refuses_replace BEFORE INSERT ON finding
WHEN EXISTS (SELECT 1 FROM finding AS kept WHERE (kept.id = NEW.id) OR (kept.key = NEW.key))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding has this key already, replace refused');
END;
CREATE TRIGGER movement_refuses_update BEFORE UPDATE ON movement
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: movement is append-only, update refused');
END;
CREATE TRIGGER movement_refuses_delete BEFORE DELETE ON movement
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: movement is append-only, delete refused');
END;
CREATE TRIGGER movement_refuses_replace BEFORE INSERT ON movement
WHEN EXISTS (SELECT 1 FROM movement AS kept WHERE (kept.entry_id = NEW.entry_id AND kept.line = NEW.line))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: movement has this key already, replace refused');
END;
CREATE TRIGGER proposal_refuses_update BEFORE UPDATE ON proposal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal is append-only, update refused');
END;
CREATE TRIGGER proposal_refuses_delete BEFORE DELETE ON proposal
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal is append-only, delete refused');
END;
CREATE TRIGGER proposal_refuses_replace BEFORE INSERT ON proposal
WHEN EXISTS (SELECT 1 FROM proposal AS kept WHERE (kept.id = NEW.id) OR (kept.code = NEW.code) OR (kept.folded = NEW.folded))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal has this key already, replace refused');
END;
CREATE TRIGGER finding_event_refuses_update BEFORE UPDATE ON finding_event
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding_event is append-only, update refused');
END;
CREATE TRIGGER finding_event_refuses_delete BEFORE DELETE ON finding_event
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding_event is append-only, delete refused');
END;
CREATE TRIGGER finding_event_refuses_replace BEFORE INSERT ON finding_event
WHEN EXISTS (SELECT 1 FROM finding_event AS kept WHERE (kept.finding_id = NEW.finding_id AND kept.number = NEW.number))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding_event has this key already, replace refused');
END;
CREATE TRIGGER proposal_line_refuses_update BEFORE UPDATE ON proposal_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_line is append-only, update refused');
END;
CREATE TRIGGER proposal_line_refuses_delete BEFORE DELETE ON proposal_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_line is append-only, delete refused');
END;
CREATE TRIGGER proposal_line_refuses_replace BEFORE INSERT ON proposal_line
WHEN EXISTS (SELECT 1 FROM proposal_line AS kept WHERE (kept.proposal_id = NEW.proposal_id AND kept.line = NEW.line))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_line has this key already, replace refused');
END;
CREATE TRIGGER proposal_project_refuses_update BEFORE UPDATE ON proposal_project
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_project is append-only, update refused');
END;
CREATE TRIGGER proposal_project_refuses_delete BEFORE DELETE ON proposal_project
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_project is append-only, delete refused');
END;
CREATE TRIGGER proposal_project_refuses_replace BEFORE INSERT ON proposal_project
WHEN EXISTS (SELECT 1 FROM proposal_project AS kept WHERE (kept.proposal_id = NEW.proposal_id AND kept.project_id = NEW.project_id))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: proposal_project has this key already, replace refused');
END;
CREATE TRIGGER introduced_line_refuses_update BEFORE UPDATE ON introduced_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: introduced_line is append-only, update refused');
END;
CREATE TRIGGER introduced_line_refuses_delete BEFORE DELETE ON introduced_line
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: introduced_line is append-only, delete refused');
END;
CREATE TRIGGER introduced_line_refuses_replace BEFORE INSERT ON introduced_line
WHEN EXISTS (SELECT 1 FROM introduced_line AS kept WHERE (kept.entry_id = NEW.entry_id) OR (kept.proposal_id = NEW.proposal_id AND kept.line = NEW.line))
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: introduced_line has this key already, replace refused');
END;
CREATE TRIGGER entry_follows_deal BEFORE INSERT ON entry
WHEN NEW.deal_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry AS earlier
    WHERE earlier.deal_id = NEW.deal_id AND earlier.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: dated before the previous act of the deal');
END;
CREATE TRIGGER entry_follows_reversed BEFORE INSERT ON entry
WHEN NEW.reverses IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry AS reversed
    WHERE reversed.id = NEW.reverses AND reversed.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: dated before the entry it reverses');
END;
CREATE TRIGGER entry_is_an_act BEFORE INSERT ON entry
WHEN NOT EXISTS (SELECT 1 FROM allowed_move WHERE allowed_move.act = NEW.act)
    OR date(NEW.effective_on, '+0 days') IS NOT NEW.effective_on
    OR NEW.effective_on < '0001-01-01'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: no such act, or no such day');
END;
CREATE TRIGGER movement_is_allowed BEFORE INSERT ON movement
WHEN NOT EXISTS (
    SELECT 1
    FROM entry
    JOIN holder ON holder.id = NEW.holder_id
    JOIN allowed_move ON allowed_move.act = entry.act
        AND allowed_move.side = holder.side
        AND allowed_move.from_stage = NEW.from_stage
        AND allowed_move.to_stage = NEW.to_stage
    WHERE entry.id = NEW.entry_id
        AND holder.unit = NEW.unit
        AND entry.effective_on = NEW.effective_on
        AND entry.recorded_at = NEW.recorded_at
        AND NEW.line BETWEEN 1 AND entry.lines
        AND typeof(NEW.amount) = 'integer'
        AND (NEW.deal_id IS NOT NULL OR (
            NEW.from_stage NOT IN ('held', 'committed', 'delivered')
            AND NEW.to_stage NOT IN ('held', 'committed', 'delivered')
        ))
        AND (NEW.deal_id IS NULL OR (
            entry.deal_id = NEW.deal_id
            AND EXISTS (
                SELECT 1 FROM deal
                WHERE deal.id = NEW.deal_id AND NEW.holder_id IN (deal.need_id, deal.offer_id)
            )
        ))
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: this movement is not allowed');
END;
CREATE TRIGGER movement_keeps_balance AFTER INSERT ON movement
BEGIN
    UPDATE balance SET
        free = free
            - CASE WHEN NEW.from_stage IN ('open', 'available') THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage IN ('open', 'available') THEN NEW.amount ELSE 0 END,
        held = held
            - CASE WHEN NEW.from_stage = 'held' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'held' THEN NEW.amount ELSE 0 END,
        committed = committed
            - CASE WHEN NEW.from_stage = 'committed' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'committed' THEN NEW.amount ELSE 0 END,
        delivered = delivered
            - CASE WHEN NEW.from_stage = 'delivered' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'delivered' THEN NEW.amount ELSE 0 END,
        withdrawn = withdrawn
            - CASE WHEN NEW.from_stage = 'withdrawn' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'withdrawn' THEN NEW.amount ELSE 0 END,
        expired = expired
            - CASE WHEN NEW.from_stage = 'expired' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'expired' THEN NEW.amount ELSE 0 END
    WHERE holder_id = NEW.holder_id;
END;
CREATE TRIGGER movement_keeps_deal_balance AFTER INSERT ON movement
WHEN NEW.deal_id IS NOT NULL
BEGIN
    UPDATE deal_balance SET
        held = held
            - CASE WHEN NEW.from_stage = 'held' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'held' THEN NEW.amount ELSE 0 END,
        committed = committed
            - CASE WHEN NEW.from_stage = 'committed' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'committed' THEN NEW.amount ELSE 0 END,
        delivered = delivered
            - CASE WHEN NEW.from_stage = 'delivered' THEN NEW.amount ELSE 0 END
            + CASE WHEN NEW.to_stage = 'delivered' THEN NEW.amount ELSE 0 END
    WHERE deal_id = NEW.deal_id
        AND side = (SELECT holder.side FROM holder WHERE holder.id = NEW.holder_id);
END;
CREATE TRIGGER movement_keeps_timeline AFTER INSERT ON movement
WHEN NEW.from_stage <> 'undeclared' AND EXISTS (
    SELECT 1 FROM movement AS later
    WHERE later.holder_id = NEW.holder_id AND later.effective_on > NEW.effective_on
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: below zero on the timeline of effective dates')
    WHERE EXISTS (
        SELECT 1 FROM (
            SELECT sum(
                CASE
                    WHEN passed.to_stage = NEW.from_stage THEN passed.amount
                    WHEN passed.from_stage = NEW.from_stage THEN -passed.amount
                    ELSE 0
                END
            ) OVER (ORDER BY passed.effective_on, passed.entry_id, passed.line) AS standing
            FROM movement AS passed
            WHERE passed.holder_id = NEW.holder_id
        ) AS timeline
        WHERE timeline.standing < 0
    );
END;
CREATE TRIGGER allowed_move_is_closed BEFORE INSERT ON allowed_move
WHEN NOT EXISTS (
    SELECT 1 FROM allowed_move AS kept
    WHERE kept.act = NEW.act AND kept.side = NEW.side
        AND kept.from_stage = NEW.from_stage AND kept.to_stage = NEW.to_stage
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: the table of allowed moves is closed');
END;
CREATE TRIGGER holder_has_balance AFTER INSERT ON holder
BEGIN
    INSERT INTO balance (holder_id, free, held, committed, delivered, withdrawn, expired)
    VALUES (NEW.id, 0, 0, 0, 0, 0, 0);
END;
CREATE TRIGGER deal_has_balance AFTER INSERT ON deal
BEGIN
    INSERT INTO deal_balance (deal_id, side, held, committed, delivered)
    VALUES (NEW.id, 'need', 0, 0, 0);
    INSERT INTO deal_balance (deal_id, side, held, committed, delivered)
    VALUES (NEW.id, 'offer', 0, 0, 0);
END;
CREATE TRIGGER balance_refuses_delete BEFORE DELETE ON balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows are kept, delete refused');
END;
CREATE TRIGGER balance_refuses_replace BEFORE INSERT ON balance
WHEN EXISTS (SELECT 1 FROM balance AS kept WHERE kept.holder_id = NEW.holder_id)
    OR NEW.free <> 0 OR NEW.held <> 0 OR NEW.committed <> 0
    OR NEW.delivered <> 0 OR NEW.withdrawn <> 0 OR NEW.expired <> 0
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows start at zero, once');
END;
CREATE TRIGGER balance_keeps_holder BEFORE UPDATE OF holder_id ON balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows keep their holder');
END;
CREATE TRIGGER deal_balance_refuses_delete BEFORE DELETE ON deal_balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows are kept, delete refused');
END;
CREATE TRIGGER deal_balance_refuses_replace BEFORE INSERT ON deal_balance
WHEN EXISTS (
        SELECT 1 FROM deal_balance AS kept
        WHERE kept.deal_id = NEW.deal_id AND kept.side = NEW.side
    )
    OR NEW.held <> 0 OR NEW.committed <> 0 OR NEW.delivered <> 0
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows start at zero, once');
END;
CREATE TRIGGER deal_balance_keeps_deal BEFORE UPDATE OF deal_id, side ON deal_balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows keep their deal');
END;
CREATE TRIGGER need_is_its_own_holder BEFORE INSERT ON need
WHEN EXISTS (SELECT 1 FROM holder WHERE holder.id = NEW.id AND holder.side <> 'need')
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: a need takes a holder of needs');
END;
CREATE TRIGGER offer_is_its_own_holder BEFORE INSERT ON offer
WHEN EXISTS (SELECT 1 FROM holder WHERE holder.id = NEW.id AND holder.side <> 'offer')
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: an offer takes a holder of offers');
END;
CREATE TRIGGER deal_joins_one_factor BEFORE INSERT ON deal
WHEN CAST(NEW.rate AS NUMERIC) <= 0 OR NOT EXISTS (
    SELECT 1 FROM need JOIN offer ON offer.factor = need.factor
    WHERE need.id = NEW.need_id AND offer.id = NEW.offer_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: a deal joins one factor, at a rate above zero');
END;
CREATE TRIGGER proposal_line_was_announced BEFORE INSERT ON proposal_line
WHEN CAST(NEW.rate AS NUMERIC) <= 0
    OR typeof(NEW.need_amount) <> 'integer'
    OR typeof(NEW.offer_amount) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM proposal
        JOIN need ON need.id = NEW.need_id AND need.unit = NEW.need_unit
        JOIN offer ON offer.id = NEW.offer_id AND offer.unit = NEW.offer_unit
            AND offer.factor = need.factor
        WHERE proposal.id = NEW.proposal_id AND NEW.line BETWEEN 1 AND proposal.lines
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: the proposal has no such line');
END;
CREATE TRIGGER introduced_line_is_its_entrys BEFORE INSERT ON introduced_line
WHEN NOT EXISTS (
    SELECT 1
    FROM entry
    JOIN deal ON deal.id = entry.deal_id
    JOIN proposal_line AS proposed ON proposed.offer_id = deal.offer_id
        AND proposed.need_id = deal.need_id
    WHERE entry.id = NEW.entry_id
        AND entry.act = 'introduce'
        AND entry.format = 2
        AND proposed.proposal_id = NEW.proposal_id
        AND proposed.line = NEW.line
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: this entry does not introduce that line');
END;
CREATE TRIGGER sealed_leaf_follows BEFORE INSERT ON sealed_leaf
WHEN NEW.position <> coalesce((SELECT max(kept.position) FROM sealed_leaf AS kept), -1) + 1
    OR typeof(NEW.hash) <> 'blob'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: sealed_leaf takes leaves one after another only');
END;
CREATE TRIGGER seal_follows BEFORE INSERT ON seal
WHEN NEW.number <> coalesce((SELECT max(kept.number) FROM seal AS kept), 0) + 1
    OR NEW.size <= coalesce((SELECT max(kept.size) FROM seal AS kept), 0)
    OR NEW.size > coalesce((SELECT max(leaf.position) FROM sealed_leaf AS leaf), -1) + 1
    OR NEW.last_request <= coalesce((SELECT max(kept.last_request) FROM seal AS kept), 0)
    OR NEW.last_request >= NEW.request_id
    OR typeof(NEW.root) <> 'blob'
    OR typeof(NEW.frontier) <> 'blob'
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: seal takes what covers more than the one before it');
END;
CREATE TRIGGER night_run_follows BEFORE INSERT ON night_run
WHEN NEW.id <= coalesce((SELECT max(kept.id) FROM night_run AS kept), 0)
    OR typeof(NEW.started_at) <> 'integer'
    OR NEW.started_at <= coalesce((SELECT max(kept.started_at) FROM night_run AS kept), 0)
    OR NEW.started_at < coalesce((
        SELECT max(step.ended_at) FROM night_step AS step
        WHERE step.run_id = (SELECT max(kept.id) FROM night_run AS kept)
    ), 0)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_run takes runs one after another only');
END;
CREATE TRIGGER night_step_was_asked_for BEFORE INSERT ON night_step
WHEN typeof(NEW.place) <> 'integer'
    OR typeof(NEW.started_at) <> 'integer'
    OR typeof(NEW.ended_at) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM (
            SELECT substr(
                ';' || run.steps, 1, instr(';' || run.steps || ';', ';' || NEW.name || ';')
            ) AS before
            FROM night_run AS run
            WHERE run.id = NEW.run_id AND NEW.started_at >= run.started_at - 300000000
        )
        WHERE length(before) > 0
            AND NEW.place = length(before) - length(replace(before, ';', ''))
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: night_step takes the steps that the run was asked for only');
END;
CREATE TRIGGER statement_line_was_announced BEFORE INSERT ON statement_line
WHEN typeof(NEW.position) <> 'integer'
    OR typeof(NEW.amount) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM statement
        WHERE statement.id = NEW.statement_id AND NEW.position BETWEEN 1 AND statement.lines
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: statement_line takes lines that the statement announced only');
END;
CREATE TRIGGER finding_event_follows BEFORE INSERT ON finding_event
WHEN NEW.number <> 1 + coalesce((
        SELECT max(kept.number) FROM finding_event AS kept WHERE kept.finding_id = NEW.finding_id
    ), 0)
    OR typeof(NEW.number) <> 'integer'
    OR NOT EXISTS (SELECT 1 FROM finding WHERE finding.id = NEW.finding_id)
    OR CASE (
        SELECT kept.event FROM finding_event AS kept
        WHERE kept.finding_id = NEW.finding_id ORDER BY kept.number DESC LIMIT 1
    )
        WHEN 'opened' THEN NEW.event NOT IN ('settled', 'healed')
        WHEN 'reopened' THEN NEW.event NOT IN ('settled', 'healed')
        WHEN 'settled' THEN NEW.event <> 'reopened'
        WHEN 'healed' THEN NEW.event <> 'reopened'
        ELSE NEW.event <> 'opened'
    END
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: finding_event takes what can happen to the finding next only');
END;
CREATE VIEW v_deal AS
SELECT
    deal.code AS deal,
    offer.code AS offer,
    need.code AS need,
    project.code AS project,
    need.factor AS factor,
    deal.rate AS rate,
    deal.instrument AS instrument,
    terms.held_until AS held_until,
    terms.due_on AS due_on,
    need.unit AS unit,
    of_need.held AS held_minor,
    of_need.committed AS committed_minor,
    of_need.delivered AS delivered_minor,
    offer.unit AS offer_unit,
    of_offer.held AS offer_held_minor,
    of_offer.committed AS offer_committed_minor,
    of_offer.delivered AS offer_delivered_minor
FROM deal
JOIN deal_version AS terms ON terms.deal_id = deal.id
    AND terms.version = (
        SELECT max(later.version) FROM deal_version AS later WHERE later.deal_id = deal.id
    )
JOIN need ON need.id = deal.need_id
JOIN offer ON offer.id = deal.offer_id
JOIN project ON project.id = need.project_id
JOIN deal_balance AS of_need ON of_need.deal_id = deal.id AND of_need.side = 'need'
JOIN deal_balance AS of_offer ON of_offer.deal_id = deal.id AND of_offer.side = 'offer';
CREATE VIEW v_gap AS
SELECT
    need.code AS need,
    project.code AS project,
    project_terms.title AS title,
    city.code AS city,
    city_terms.name AS city_name,
    city_terms.country AS country,
    country.subregion_name AS region,
    office.code AS office,
    project_terms.sector AS sector,
    project_terms.status AS status,
    need.factor AS factor,
    need_terms.topic AS topic,
    need.unit AS unit,
    unit.decimals AS decimals,
    NULLIF(
        balance.free + balance.held + balance.committed + balance.delivered + balance.withdrawn, 0
    ) AS required_minor,
    balance.free AS open_minor,
    balance.held AS held_minor,
    balance.committed AS committed_minor,
    balance.delivered AS delivered_minor,
    balance.withdrawn AS withdrawn_minor,
    CASE
        WHEN balance.free + balance.held + balance.committed + balance.delivered
            + balance.withdrawn = 0 THEN NULL
        ELSE balance.free + balance.held
    END AS gap_minor,
    need.declared_on AS declared_on,
    need_terms.needed_by AS needed_by
FROM need
JOIN need_version AS need_terms ON need_terms.need_id = need.id
    AND need_terms.version = (
        SELECT max(later.version) FROM need_version AS later WHERE later.need_id = need.id
    )
JOIN project ON project.id = need.project_id
JOIN project_version AS project_terms ON project_terms.project_id = project.id
    AND project_terms.version = (
        SELECT max(later.version) FROM project_version AS later
        WHERE later.project_id = project.id
    )
JOIN city ON city.id = project.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
JOIN country ON country.code = city_terms.country
JOIN office ON office.id = city_terms.office_id
JOIN unit ON unit.code = need.unit
JOIN balance ON balance.holder_id = need.id;
CREATE VIEW v_journal AS
SELECT
    entry.id AS entry,
    movement.line AS line,
    entry.act AS act,
    entry.effective_on AS effective_on,
    entry.recorded_at AS recorded_at_us,
    request.actor AS actor,
    deal.code AS deal,
    holder.side AS side,
    coalesce(need.code, offer.code) AS holder,
    movement.from_stage AS from_stage,
    movement.to_stage AS to_stage,
    movement.amount AS amount_minor,
    movement.unit AS unit,
    unit.decimals AS decimals,
    entry.reference AS reference,
    entry.reason AS reason,
    entry.override AS override,
    entry.reverses AS reverses,
    proposal.code AS proposal,
    introduced_line.line AS proposal_line,
    request.key AS request_key
FROM movement
JOIN entry ON entry.id = movement.entry_id
JOIN request ON request.id = entry.request_id
JOIN holder ON holder.id = movement.holder_id
JOIN unit ON unit.code = movement.unit
LEFT JOIN need ON need.id = holder.id
LEFT JOIN offer ON offer.id = holder.id
LEFT JOIN deal ON deal.id = entry.deal_id
LEFT JOIN introduced_line ON introduced_line.entry_id = entry.id
LEFT JOIN proposal ON proposal.id = introduced_line.proposal_id;
CREATE VIEW v_offer AS
SELECT
    offer.code AS offer,
    provider.code AS provider,
    provider_terms.name AS provider_name,
    provider_terms.kind AS provider_kind,
    offer.factor AS factor,
    offer.unit AS unit,
    unit.decimals AS decimals,
    balance.free + balance.held + balance.committed + balance.delivered + balance.withdrawn
        + balance.expired AS capacity_minor,
    balance.free AS available_minor,
    balance.held AS held_minor,
    balance.committed AS committed_minor,
    balance.delivered AS delivered_minor,
    balance.withdrawn AS withdrawn_minor,
    balance.expired AS expired_minor,
    offer.declared_on AS declared_on,
    terms.valid_from AS valid_from,
    terms.valid_until AS valid_until,
    terms.available_from AS available_from,
    terms.topics AS topics,
    terms.sectors AS sectors,
    terms.countries AS countries,
    terms.regions AS regions,
    terms.cities AS cities,
    terms.excluded_countries AS excluded_countries,
    terms.instruments AS instruments,
    terms.min_ticket AS min_ticket_minor,
    terms.max_ticket AS max_ticket_minor,
    terms.max_share AS max_share,
    terms.condition AS condition
FROM offer
JOIN offer_version AS terms ON terms.offer_id = offer.id
    AND terms.version = (
        SELECT max(later.version) FROM offer_version AS later WHERE later.offer_id = offer.id
    )
JOIN provider ON provider.id = offer.provider_id
JOIN provider_version AS provider_terms ON provider_terms.provider_id = provider.id
    AND provider_terms.version = (
        SELECT max(later.version) FROM provider_version AS later
        WHERE later.provider_id = provider.id
    )
JOIN unit ON unit.code = offer.unit
JOIN balance ON balance.holder_id = offer.id;
COMMIT;